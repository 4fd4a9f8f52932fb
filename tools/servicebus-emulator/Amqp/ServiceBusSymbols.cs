using Amqp.Types;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Names that Service Bus adds to AMQP.</summary>
internal static class ServiceBusSymbols
{
    public const string SessionFilter = "com.microsoft:session-filter";
    public const string LockedUntilUtc = "com.microsoft:locked-until-utc";
    public const string Timeout = "com.microsoft:timeout";
    public const string DetachForced = "amqp:link:detach-forced";
    public const string DeadLetter = "com.microsoft:dead-letter";
    public const string DeadLetterReason = "DeadLetterReason";
    public const string DeadLetterDescription = "DeadLetterErrorDescription";

    /// <summary>A transfer with this format carries several messages, each in a data section of its own.</summary>
    public const uint BatchMessageFormat = 0x80013700;

    public static readonly Symbol SequenceNumber = "x-opt-sequence-number";
    public static readonly Symbol EnqueueSequenceNumber = "x-opt-enqueue-sequence-number";
    public static readonly Symbol EnqueuedTime = "x-opt-enqueued-time";
    public static readonly Symbol LockedUntil = "x-opt-locked-until";
    public static readonly Symbol MessageState = "x-opt-message-state";
    public static readonly Symbol PartitionKey = "x-opt-partition-key";
    public static readonly Symbol ScheduledEnqueueTime = "x-opt-scheduled-enqueue-time";
    public static readonly Symbol DeadLetterSource = "x-opt-deadletter-source";
    public static readonly Symbol LockToken = "x-opt-lock-token";
}
