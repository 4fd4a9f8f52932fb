namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A topic as configured. The defaults are the cloud's.</summary>
public sealed record TopicDefinition
{
    /// <summary>The topic's name, at most 260 characters.</summary>
    public required string Name { get; init; }

    /// <summary>How long messages live that do not say less; a subscription may shorten it.</summary>
    public TimeSpan DefaultMessageTimeToLive { get; init; } = TimeSpan.MaxValue;

    /// <summary>Whether a message id seen within the window is dropped.</summary>
    public bool RequiresDuplicateDetection { get; init; }

    /// <summary>How long message ids are remembered: 5 s to 7 days; 10 min by default.</summary>
    public TimeSpan DuplicateDetectionHistoryTimeWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many bytes its subscriptions may hold together, each copy counted; 1 GiB by default.</summary>
    public long MaxSizeBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>The largest message accepted; 256 KiB by default, as in the Standard tier.</summary>
    public long MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Its subscriptions, in order.</summary>
    public IReadOnlyList<SubscriptionDefinition> Subscriptions { get; init; } = [];
}

/// <summary>A subscription as configured: a queue with rules.</summary>
/// <param name="Queue">Its properties as a queue; the name is the subscription's, at most 50 characters.</param>
/// <param name="Rules">A message is taken when any of them matches; none configured means every message.</param>
public sealed record SubscriptionDefinition(QueueDefinition Queue, IReadOnlyList<RuleDefinition> Rules);
