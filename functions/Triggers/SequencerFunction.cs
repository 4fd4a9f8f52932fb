using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>Where publications become messages: the queue <c>ingress</c>, one message of a session at a time.</summary>
public sealed class SequencerFunction(ISequencerEdge edge)
{
    /// <summary>Sequences one message and settles it, or leaves it to the next owner of its session.</summary>
    [Function("Sequencer")]
    public Task RunAsync(
        [ServiceBusTrigger("%IngressQueue%", Connection = ServiceBusOptions.Connection, IsSessionsEnabled = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions session,
        CancellationToken cancellationToken) => edge.HandleAsync(message, actions, session, cancellationToken);
}

/// <summary>What stands behind the trigger; an interface, since functions are public and what they do is not.</summary>
public interface ISequencerEdge
{
    /// <summary>Sequences one message and settles it, or releases the session and leaves it.</summary>
    Task HandleAsync(
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions session,
        CancellationToken cancellationToken);
}
