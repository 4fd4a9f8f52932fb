#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using System.Text;
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message to send.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusMessage
{
    private const int MaxIdLength = 128;

    /// <summary>Makes an empty message.</summary>
    public ServiceBusMessage()
        : this(default(ReadOnlyMemory<byte>))
    {
    }

    /// <summary>Makes a message of UTF-8 text.</summary>
    public ServiceBusMessage(string body)
        : this(Encoding.UTF8.GetBytes(body))
    {
    }

    /// <summary>Makes a message of bytes.</summary>
    public ServiceBusMessage(ReadOnlyMemory<byte> body) =>
        Content = new MessageData { Body = body };

    /// <summary>Makes a message of bytes.</summary>
    public ServiceBusMessage(BinaryData body)
        : this(body?.ToMemory() ?? default)
    {
    }

    /// <summary>Makes a message that says what a received one said, without what the broker added to that.</summary>
    public ServiceBusMessage(ServiceBusReceivedMessage receivedMessage) =>
        Content = Check.NotNull(receivedMessage, nameof(receivedMessage)).Content.ForResend();

    /// <summary>Properties of the application.</summary>
    public IDictionary<string, object> ApplicationProperties => Content.ApplicationProperties;

    /// <summary>The payload.</summary>
    public BinaryData Body
    {
        get => BinaryData.FromBytes(Content.Body);
        set => Content.Body = value.ToMemory();
    }

    /// <summary>The media type of the payload.</summary>
    public string ContentType
    {
        get => Content.ContentType;
        set => Content.ContentType = value;
    }

    /// <summary>The id of what this message belongs to.</summary>
    public string CorrelationId
    {
        get => Content.CorrelationId;
        set => Content.CorrelationId = value;
    }

    /// <summary>The id of the message, at most 128 characters.</summary>
    public string MessageId
    {
        get => Content.MessageId;
        set => Content.MessageId =
            Check.NotTooLong(Check.NotEmpty(value, nameof(value)), MaxIdLength, nameof(value));
    }

    /// <summary>What chooses the partition, at most 128 characters; the session id where there is one.</summary>
    public string PartitionKey
    {
        get => Content.Annotated<string>(Annotation.PartitionKey);
        set
        {
            Check.NotTooLong(value, MaxIdLength, nameof(value));
            if (SessionId is not null && SessionId != value)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), $"PartitionKey:{value} cannot be set to a different value than SessionId:{SessionId}.");
            }

            Content.Annotations[Annotation.PartitionKey] = value;
        }
    }

    /// <summary>Where answers go.</summary>
    public string ReplyTo
    {
        get => Content.ReplyTo;
        set => Content.ReplyTo = value;
    }

    /// <summary>The session that answers go to, at most 128 characters.</summary>
    public string ReplyToSessionId
    {
        get => Content.ReplyToSessionId;
        set => Content.ReplyToSessionId = Check.NotTooLong(value, MaxIdLength, nameof(value));
    }

    /// <summary>When the message may be received at the earliest.</summary>
    public DateTimeOffset ScheduledEnqueueTime
    {
        get => Content.Time(Annotation.ScheduledEnqueueTime);
        set => Content.Annotations[Annotation.ScheduledEnqueueTime] = value.UtcDateTime;
    }

    /// <summary>The session of the message, at most 128 characters.</summary>
    public string SessionId
    {
        get => Content.SessionId;
        set
        {
            Content.SessionId = Check.NotTooLong(value, MaxIdLength, nameof(value));
            if (PartitionKey is not null && PartitionKey != value)
            {
                PartitionKey = value;
            }
        }
    }

    /// <summary>What the message is about.</summary>
    public string Subject
    {
        get => Content.Subject;
        set => Content.Subject = value;
    }

    /// <summary>How long the message lives.</summary>
    /// <value>The default of the entity when not set, which reads as <see cref="TimeSpan.MaxValue"/>.</value>
    public TimeSpan TimeToLive
    {
        get => Content.TimeToLive ?? TimeSpan.MaxValue;
        set => Content.TimeToLive = Check.Positive(value, nameof(value));
    }

    /// <summary>Where the message is meant to go.</summary>
    public string To
    {
        get => Content.To;
        set => Content.To = value;
    }

    internal MessageData Content { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{{MessageId:{MessageId}}}";
}
