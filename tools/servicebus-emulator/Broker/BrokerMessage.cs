using System.Collections.Frozen;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// A message as its sender handed it over: opaque encoded bytes, and beside them the few fields that the broker
/// acts on. Immutable; the broker keeps the payload, so the caller must not reuse its buffer.
/// </summary>
public sealed record BrokerMessage
{
    private static readonly FrozenDictionary<string, object?> NoProperties =
        FrozenDictionary<string, object?>.Empty;

    /// <summary>The encoded message (its AMQP sections). The broker never looks inside.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The sender's id of the message, at most 128 characters; the key of duplicate detection.</summary>
    public string? MessageId { get; init; }

    /// <summary>The session (AMQP group-id), at most 128 characters; required where the entity has sessions.</summary>
    public string? SessionId { get; init; }

    /// <summary>The label (AMQP subject).</summary>
    public string? Subject { get; init; }

    /// <summary>The logical destination.</summary>
    public string? To { get; init; }

    /// <summary>The id of what this message answers.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Where answers are expected.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The session in which answers are expected.</summary>
    public string? ReplyToSessionId { get; init; }

    /// <summary>The media type of the body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The application properties that filters see: string, bool, numbers, Guid, dates, bytes, null.</summary>
    public IReadOnlyDictionary<string, object?> ApplicationProperties { get; init; } = NoProperties;

    /// <summary>How long the message lives after it was enqueued; the shorter of this and the entity's default wins.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>When the message is to become visible; null or a past time means at once.</summary>
    public DateTimeOffset? ScheduledEnqueueTime { get; init; }

    /// <summary>The partition key. Carried, not acted on: the emulator has one partition.</summary>
    public string? PartitionKey { get; init; }
}
