namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A message as it stood at one moment: what its sender gave and what the broker added.</summary>
public sealed record MessageSnapshot
{
    /// <summary>What the sender handed over.</summary>
    public required BrokerMessage Message { get; init; }

    /// <summary>The broker's number; rising per entity from 1.</summary>
    public required long SequenceNumber { get; init; }

    /// <summary>The number that the message had in the entity to which it was first sent.</summary>
    public required long EnqueuedSequenceNumber { get; init; }

    /// <summary>When the entity accepted it (for a scheduled message: when it became due).</summary>
    public required DateTimeOffset EnqueuedTime { get; init; }

    /// <summary>
    /// When it expires; <see cref="DateTimeOffset.MaxValue"/> for never. In a dead-letter queue, where nothing expires,
    /// it says when the message did, or would have.
    /// </summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How many deliveries failed before this one: the AMQP header's delivery-count (SDKs add 1).</summary>
    public required int DeliveryCount { get; init; }

    /// <summary>Active, deferred or scheduled.</summary>
    public required MessageState State { get; init; }

    /// <summary>Why it is in a dead-letter queue (application property <c>DeadLetterReason</c>).</summary>
    public string? DeadLetterReason { get; init; }

    /// <summary>The longer text beside the reason (<c>DeadLetterErrorDescription</c>).</summary>
    public string? DeadLetterDescription { get; init; }

    /// <summary>The entity in which it was dead-lettered, once it was forwarded on from there.</summary>
    public string? DeadLetterSource { get; init; }

    /// <summary>
    /// Application properties that receivers changed while settling. They override those in the payload: whoever
    /// encodes the message for a receiver merges them, with the dead-letter reason and description on top.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> ModifiedProperties { get; init; }
}
