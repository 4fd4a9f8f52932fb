namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>The message annotations of the Service Bus protocol.</summary>
internal static class Annotation
{
    public const string EnqueuedTime = "x-opt-enqueued-time";
    public const string ScheduledEnqueueTime = "x-opt-scheduled-enqueue-time";
    public const string SequenceNumber = "x-opt-sequence-number";
    public const string EnqueuedSequenceNumber = "x-opt-enqueue-sequence-number";
    public const string LockedUntil = "x-opt-locked-until";
    public const string LockToken = "x-opt-lock-token";
    public const string PartitionKey = "x-opt-partition-key";
    public const string PartitionId = "x-opt-partition-id";
    public const string ViaPartitionKey = "x-opt-via-partition-key";
    public const string DeadLetterSource = "x-opt-deadletter-source";
    public const string MessageState = "x-opt-message-state";

    /// <summary>What the broker adds: none of it belongs into a message that is sent again.</summary>
    public static readonly string[] OfBroker =
    [
        LockedUntil, SequenceNumber, DeadLetterSource, EnqueuedSequenceNumber,
        EnqueuedTime, ScheduledEnqueueTime, MessageState, PartitionId,
    ];
}

/// <summary>The application properties in which a dead letter says why it is one.</summary>
internal static class DeadLetterProperty
{
    public const string Reason = "DeadLetterReason";
    public const string ErrorDescription = "DeadLetterErrorDescription";
}
