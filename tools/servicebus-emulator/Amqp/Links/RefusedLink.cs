using Amqp.Framing;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>A link that is answered by an attach without terminus and the reason.</summary>
internal sealed class RefusedLink(AmqpSession session, Attach attach, Error error) : AmqpLink(session, attach)
{
    public override void Open() => Detach(error);

    public override void OnFlow(Flow flow)
    {
        // The flow crossed our detach.
    }

    protected override void OnEnded()
    {
        // Nothing is held.
    }
}
