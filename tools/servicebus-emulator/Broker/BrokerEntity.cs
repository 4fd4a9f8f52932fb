namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Anything that has an address.</summary>
public abstract class BrokerEntity
{
    private protected BrokerEntity(string address, EntityKind kind)
    {
        Address = address;
        Kind = kind;
    }

    /// <summary>The address as configured, e.g. <c>orders</c>, <c>events/Subscriptions/audit</c>, <c>orders/$deadletterqueue</c>.</summary>
    public string Address { get; }

    /// <summary>What it is.</summary>
    public EntityKind Kind { get; }

    /// <summary>The largest message accepted, in encoded bytes: the attach answer's max-message-size.</summary>
    public abstract long MaxMessageBytes { get; }

    /// <summary>Whether messages need a session id and are received by session.</summary>
    public abstract bool RequiresSession { get; }

    /// <summary>
    /// Accepts all messages or none, in their order. Done when they are durable. A duplicate within the window
    /// succeeds and is dropped; a message with a future <see cref="BrokerMessage.ScheduledEnqueueTime"/> is scheduled.
    /// Null means success. Errors: NotAllowed, MessageSizeExceeded, QuotaExceeded, ArgumentError, ServerBusy.
    /// </summary>
    public abstract Task<BrokerError?> SendAsync(IReadOnlyList<BrokerMessage> messages);

    /// <summary>
    /// Schedules messages at their <see cref="BrokerMessage.ScheduledEnqueueTime"/> and returns a sequence number
    /// for each, by which it can be cancelled until it is due.
    /// </summary>
    public abstract Task<BrokerResult<IReadOnlyList<long>>> ScheduleAsync(IReadOnlyList<BrokerMessage> messages);

    /// <summary>Cancels scheduled messages, all or none (<see cref="BrokerErrorCode.MessageNotFound"/>).</summary>
    public abstract Task<BrokerError?> CancelScheduledAsync(IReadOnlyList<long> sequenceNumbers);
}
