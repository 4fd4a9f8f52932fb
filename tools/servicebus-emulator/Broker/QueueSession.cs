namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A session of a queue. It is forgotten when it has no message, no lease and no state.</summary>
internal sealed class QueueSession(string id)
{
    internal string Id { get; } = id;

    internal AvailableMessages Available { get; } = new();

    /// <summary>All visible messages, whatever their state.</summary>
    internal int MessageCount { get; set; }

    internal SessionLease? Lease { get; set; }

    internal ReadOnlyMemory<byte>? State { get; set; }

    internal DateTimeOffset StateTime { get; set; }

    /// <summary>Its place among the sessions that wait for a receiver; null when it does not wait.</summary>
    internal LinkedListNode<QueueSession>? Place { get; set; }

    internal bool IsIdle => MessageCount == 0 && Lease is null && State is null;

    /// <summary>What its state counts against the queue's size: the id too, so that states are bounded in number.</summary>
    internal long StateBytes => State is { } state ? state.Length + Id.Length : 0;
}
