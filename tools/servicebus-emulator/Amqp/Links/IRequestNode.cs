using Amqp;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// A node that answers requests. Called on the connection's loop, and calls <c>reply</c> there, once.
/// </summary>
internal interface IRequestNode
{
    void Handle(Message request, Action<Message> reply);
}
