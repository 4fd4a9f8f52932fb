namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What an entity is made of, and what it shares with its relatives (dead-letter queue, topic).</summary>
internal sealed record EntitySettings
{
    internal required string Address { get; init; }

    internal required EntityKind Kind { get; init; }

    internal required SizeQuota Quota { get; init; }

    internal required SequenceCounter Numbers { get; init; }

    internal required long MaxMessageBytes { get; init; }

    /// <summary>Whether the entity takes what only the Premium tier takes; its sessions then hold more state.</summary>
    internal bool IsPremium => MaxMessageBytes > BrokerOptions.StandardMessageBytes;

    internal bool RequiresSession { get; init; }

    internal TimeSpan DefaultTimeToLive { get; init; } = TimeSpan.MaxValue;

    internal TimeSpan? DuplicateWindow { get; init; }

    internal TimeSpan LockDuration { get; init; }

    /// <summary>After how many failed deliveries a message is dead-lettered; never in a dead-letter queue.</summary>
    internal int MaxDeliveryCount { get; init; } = int.MaxValue;

    internal bool DeadLettersExpired { get; init; }

    /// <summary>The entity whose dead-letter queue this is.</summary>
    internal string? Parent { get; init; }

    internal static EntitySettings ForQueue(QueueDefinition definition) => new()
    {
        Address = definition.Name,
        Kind = EntityKind.Queue,
        Quota = new SizeQuota(definition.MaxSizeBytes),
        Numbers = new SequenceCounter(),
        MaxMessageBytes = definition.MaxMessageBytes,
        RequiresSession = definition.RequiresSession,
        DefaultTimeToLive = definition.DefaultMessageTimeToLive,
        DuplicateWindow = definition.RequiresDuplicateDetection ? definition.DuplicateDetectionHistoryTimeWindow : null,
        LockDuration = definition.LockDuration,
        MaxDeliveryCount = definition.MaxDeliveryCount,
        DeadLettersExpired = definition.DeadLetteringOnMessageExpiration,
    };

    internal static EntitySettings ForTopic(TopicDefinition definition) => new()
    {
        Address = definition.Name,
        Kind = EntityKind.Topic,
        Quota = new SizeQuota(definition.MaxSizeBytes),
        Numbers = new SequenceCounter(),
        MaxMessageBytes = definition.MaxMessageBytes,
        DefaultTimeToLive = definition.DefaultMessageTimeToLive,
        DuplicateWindow = definition.RequiresDuplicateDetection ? definition.DuplicateDetectionHistoryTimeWindow : null,
    };

    /// <summary>A subscription of this topic: it counts against the topic's size, and the topic drops duplicates.</summary>
    internal EntitySettings ForSubscription(QueueDefinition definition) => ForQueue(definition) with
    {
        Address = $"{Address}/Subscriptions/{definition.Name}",
        Kind = EntityKind.Subscription,
        Quota = Quota,
        MaxMessageBytes = MaxMessageBytes,
        DuplicateWindow = null,
    };

    /// <summary>
    /// The dead-letter queue of this entity: same size, same numbers; messages in it need no session, do not
    /// expire, and may fail for ever.
    /// </summary>
    internal EntitySettings ForDeadLetters() => this with
    {
        Address = $"{Address}/$deadletterqueue",
        Kind = EntityKind.DeadLetterQueue,
        Parent = Address,
        RequiresSession = false,
        DefaultTimeToLive = TimeSpan.MaxValue,
        DuplicateWindow = null,
        MaxDeliveryCount = int.MaxValue,
        DeadLettersExpired = false,
    };
}
