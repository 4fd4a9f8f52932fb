#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Makes what the service returns, for tests.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public static class ServiceBusModelFactory
{
    /// <summary>Makes a received message.</summary>
    public static ServiceBusReceivedMessage ServiceBusReceivedMessage(
        BinaryData body = null,
        string messageId = null,
        string partitionKey = null,
        string viaPartitionKey = null,
        string sessionId = null,
        string replyToSessionId = null,
        TimeSpan timeToLive = default,
        string correlationId = null,
        string subject = null,
        string to = null,
        string contentType = null,
        string replyTo = null,
        DateTimeOffset scheduledEnqueueTime = default,
        IDictionary<string, object> properties = null,
        Guid lockTokenGuid = default,
        int deliveryCount = 0,
        DateTimeOffset lockedUntil = default,
        long sequenceNumber = -1,
        string deadLetterSource = null,
        long enqueuedSequenceNumber = 0,
        DateTimeOffset enqueuedTime = default,
        ServiceBusMessageState serviceBusMessageState = ServiceBusMessageState.Active)
    {
        var content = new MessageData
        {
            Body = body?.ToMemory() ?? default,
            MessageId = messageId,
            SessionId = sessionId,
            ReplyToSessionId = replyToSessionId,
            CorrelationId = correlationId,
            Subject = subject,
            To = to,
            ContentType = contentType,
            ReplyTo = replyTo,
            TimeToLive = timeToLive == default ? null : timeToLive,
            DeliveryCount = deliveryCount,
        };
        foreach (var (name, value) in properties ?? new Dictionary<string, object>())
        {
            content.ApplicationProperties[name] = value;
        }

        var annotations = content.Annotations;
        annotations[Annotation.PartitionKey] = partitionKey;
        annotations[Annotation.ViaPartitionKey] = viaPartitionKey;
        annotations[Annotation.ScheduledEnqueueTime] = scheduledEnqueueTime.UtcDateTime;
        annotations[Annotation.LockedUntil] = lockedUntil.UtcDateTime;
        annotations[Annotation.SequenceNumber] = sequenceNumber;
        annotations[Annotation.DeadLetterSource] = deadLetterSource;
        annotations[Annotation.EnqueuedSequenceNumber] = enqueuedSequenceNumber;
        annotations[Annotation.EnqueuedTime] = enqueuedTime.UtcDateTime;
        annotations[Annotation.MessageState] = (int)serviceBusMessageState;
        return new ServiceBusReceivedMessage(content) { LockTokenGuid = lockTokenGuid };
    }
}
