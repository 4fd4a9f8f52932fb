namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What happened at one entity since the start. Counts only.</summary>
public sealed record EntityMeter
{
    /// <summary>The entity's address.</summary>
    public required string Address { get; init; }

    /// <summary>Messages accepted from senders, duplicates included.</summary>
    public required long MessagesSent { get; init; }

    /// <summary>Encoded bytes of the messages accepted.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Messages dropped as duplicates.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Messages handed to receivers, redeliveries included.</summary>
    public required long MessagesReceived { get; init; }

    /// <summary>Encoded bytes of the messages handed over.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Messages completed.</summary>
    public required long Completed { get; init; }

    /// <summary>Messages abandoned.</summary>
    public required long Abandoned { get; init; }

    /// <summary>Messages moved to the dead-letter queue, for whatever reason.</summary>
    public required long DeadLettered { get; init; }

    /// <summary>Messages deferred.</summary>
    public required long Deferred { get; init; }

    /// <summary>Messages whose time to live ran out.</summary>
    public required long Expired { get; init; }

    /// <summary>Locks that ran out, of messages and of sessions.</summary>
    public required long LocksExpired { get; init; }

    /// <summary>Locks renewed, of messages and of sessions.</summary>
    public required long LocksRenewed { get; init; }

    /// <summary>Sessions handed out.</summary>
    public required long SessionsAccepted { get; init; }

    /// <summary>
    /// What Azure would bill: each send, each delivery and each forwarding counts once per started 64 KB, in a batch for
    /// each message; each settlement, renewal, session accept, peek, state access, operation on rules and empty wait
    /// counts once.
    /// </summary>
    public required long BilledOperations { get; init; }
}
