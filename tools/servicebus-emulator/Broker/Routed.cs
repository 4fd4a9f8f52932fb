namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A message on its way to the entities that will hold it.</summary>
internal sealed record Routed
{
    private static readonly Dictionary<string, object?> NoProperties = [];

    internal required BrokerMessage Message { get; init; }

    /// <summary>Whether the entity it reached remembered its id before: it was scheduled there.</summary>
    internal bool IsKnown { get; init; }

    /// <summary>How often it was forwarded in this walk.</summary>
    internal int Hops { get; init; }

    /// <summary>The queue that forwarded it, whose dead-letter queue takes it if the next entity refuses.</summary>
    internal MessageQueue? ForwardedBy { get; init; }

    /// <summary>The number it had where it was first sent; null while it has none.</summary>
    internal long? EnqueuedNumber { get; init; }

    /// <summary>The number that a dead letter keeps.</summary>
    internal long? KeptNumber { get; init; }

    internal required DateTimeOffset EnqueuedTime { get; init; }

    /// <summary>The shortest default of the entities passed, e.g. of the topic.</summary>
    internal TimeSpan MaxTimeToLive { get; init; } = TimeSpan.MaxValue;

    /// <summary>When a dead letter expired, or would have: it tells so, and does not expire again.</summary>
    internal DateTimeOffset? KeptExpiry { get; init; }

    internal int DeliveryCount { get; init; }

    internal string? DeadLetterReason { get; init; }

    internal string? DeadLetterDescription { get; init; }

    internal string? DeadLetterSource { get; init; }

    internal IReadOnlyDictionary<string, object?> ModifiedProperties { get; init; } = NoProperties;

    internal Routed Forwarded(MessageQueue by, DateTimeOffset now) => this with
    {
        Hops = Hops + 1,
        IsKnown = false,
        ForwardedBy = by,
        KeptNumber = null,
        KeptExpiry = null,
        EnqueuedTime = now,
        DeliveryCount = 0,
        MaxTimeToLive = TimeSpan.MaxValue,
    };

    internal Routed DeadLettered(string reason, string description) => this with
    {
        DeadLetterReason = reason,
        DeadLetterDescription = description,
    };
}
