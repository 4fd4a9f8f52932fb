#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using System.Collections.ObjectModel;
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A received message.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusReceivedMessage
{
    internal ServiceBusReceivedMessage(MessageData content) => Content = content;

    /// <summary>Properties of the application.</summary>
    public IReadOnlyDictionary<string, object> ApplicationProperties =>
        new ReadOnlyDictionary<string, object>(Content.ApplicationProperties);

    /// <summary>The payload.</summary>
    public BinaryData Body => BinaryData.FromBytes(Content.Body);

    /// <summary>The media type of the payload.</summary>
    public string ContentType => Content.ContentType;

    /// <summary>The id of what this message belongs to.</summary>
    public string CorrelationId => Content.CorrelationId;

    /// <summary>More about why the message is a dead letter.</summary>
    public string DeadLetterErrorDescription => Property(DeadLetterProperty.ErrorDescription);

    /// <summary>Why the message is a dead letter.</summary>
    public string DeadLetterReason => Property(DeadLetterProperty.Reason);

    /// <summary>How often the message was delivered, this delivery included.</summary>
    public int DeliveryCount => Content.DeliveryCount;

    /// <summary>When the message was enqueued, by the clock of the broker.</summary>
    public DateTimeOffset EnqueuedTime => Content.Time(Annotation.EnqueuedTime);

    /// <summary>When the message expires.</summary>
    public DateTimeOffset ExpiresAt => Content.AbsoluteExpiryTime
        ?? (TimeToLive >= DateTimeOffset.MaxValue - EnqueuedTime ? DateTimeOffset.MaxValue : EnqueuedTime + TimeToLive);

    /// <summary>When the lock of the message ends.</summary>
    public DateTimeOffset LockedUntil
    {
        get => Content.Time(Annotation.LockedUntil);
        internal set => Content.Annotations[Annotation.LockedUntil] = value.UtcDateTime;
    }

    /// <summary>The lock of the message.</summary>
    public string LockToken => LockTokenGuid.ToString();

    /// <summary>The id of the message.</summary>
    public string MessageId => Content.MessageId;

    /// <summary>What chose the partition.</summary>
    public string PartitionKey => Content.Annotated<string>(Annotation.PartitionKey);

    /// <summary>Where answers go.</summary>
    public string ReplyTo => Content.ReplyTo;

    /// <summary>The session that answers go to.</summary>
    public string ReplyToSessionId => Content.ReplyToSessionId;

    /// <summary>When the message was due.</summary>
    public DateTimeOffset ScheduledEnqueueTime => Content.Time(Annotation.ScheduledEnqueueTime);

    /// <summary>The number that the broker gave the message.</summary>
    /// <value>-1 when there is none.</value>
    public long SequenceNumber => Content.Annotations.TryGetValue(Annotation.SequenceNumber, out var value)
        ? (long)value
        : -1;

    /// <summary>The session of the message.</summary>
    public string SessionId => Content.SessionId;

    /// <summary>Where the message stands in its entity.</summary>
    public ServiceBusMessageState State => Content.Annotated<object>(Annotation.MessageState) switch
    {
        int state => (ServiceBusMessageState)state,
        long state => (ServiceBusMessageState)state,
        _ => ServiceBusMessageState.Active,
    };

    /// <summary>What the message is about.</summary>
    public string Subject => Content.Subject;

    /// <summary>How long the message lives.</summary>
    public TimeSpan TimeToLive => Content.TimeToLive ?? TimeSpan.MaxValue;

    /// <summary>Where the message is meant to go.</summary>
    public string To => Content.To;

    internal MessageData Content { get; }

    internal Guid LockTokenGuid { get; init; }

    /// <summary>Whether the application settled the message, so that a processor leaves it alone.</summary>
    internal bool IsSettled { get; set; }

    /// <summary>The delivery on the link that brought the message.</summary>
    internal object Delivery { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{{MessageId:{MessageId}}}";

    private string Property(string name) =>
        Content.ApplicationProperties.TryGetValue(name, out var value) ? value as string : null;
}
