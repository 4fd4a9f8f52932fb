namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A queue as configured. The defaults are the cloud's.</summary>
public sealed record QueueDefinition
{
    /// <summary>The queue's name, at most 260 characters.</summary>
    public required string Name { get; init; }

    /// <summary>How long a lock lasts: 5 s to 5 min; 1 min by default.</summary>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After so many failed deliveries a message is dead-lettered: 1 to <see cref="int.MaxValue"/>; 10 by default.</summary>
    public int MaxDeliveryCount { get; init; } = 10;

    /// <summary>How long messages live that do not say less; for ever by default.</summary>
    public TimeSpan DefaultMessageTimeToLive { get; init; } = TimeSpan.MaxValue;

    /// <summary>Whether expired messages go to the dead-letter queue instead of nowhere.</summary>
    public bool DeadLetteringOnMessageExpiration { get; init; }

    /// <summary>Whether every message needs a session id and is received by session.</summary>
    public bool RequiresSession { get; init; }

    /// <summary>Whether a message id seen within the window is dropped. Ignored in subscriptions: their topic does it.</summary>
    public bool RequiresDuplicateDetection { get; init; }

    /// <summary>How long message ids are remembered: 5 s to 7 days; 10 min by default.</summary>
    public TimeSpan DuplicateDetectionHistoryTimeWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The queue or topic to which every message moves on; null for none.</summary>
    public string? ForwardTo { get; init; }

    /// <summary>The queue or topic to which dead letters move on; null for none.</summary>
    public string? ForwardDeadLetteredMessagesTo { get; init; }

    /// <summary>How many bytes the entity may hold, dead letters included; 1 GiB by default. Ignored in subscriptions.</summary>
    public long MaxSizeBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>The largest message accepted; 256 KiB by default, as in the Standard tier. Ignored in subscriptions.</summary>
    public long MaxMessageBytes { get; init; } = 256 * 1024;
}
