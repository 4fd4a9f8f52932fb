namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Anything that has an address.</summary>
public abstract partial class BrokerEntity
{
    private protected BrokerEntity(BrokerKernel kernel, EntitySettings settings)
    {
        Kernel = kernel;
        Settings = settings;
        Duplicates = settings.DuplicateWindow is { } window
            ? new DuplicateHistory(window, kernel.Options.MaxDuplicateHistory)
            : null;
    }

    /// <summary>The address as configured, e.g. <c>orders</c>, <c>events/Subscriptions/audit</c>, <c>orders/$deadletterqueue</c>.</summary>
    public string Address => Settings.Address;

    /// <summary>What it is.</summary>
    public EntityKind Kind => Settings.Kind;

    /// <summary>The largest message accepted, in encoded bytes: the attach answer's max-message-size.</summary>
    public long MaxMessageBytes => Settings.MaxMessageBytes;

    /// <summary>Whether messages need a session id and are received by session.</summary>
    public bool RequiresSession => Settings.RequiresSession;

    internal EntitySettings Settings { get; }

    internal SizeQuota Quota => Settings.Quota;

    internal SequenceCounter Numbers => Settings.Numbers;

    internal DuplicateHistory? Duplicates { get; }

    internal EntityCounters Counters { get; } = new();

    /// <summary>Everything the entity holds, visible or not.</summary>
    internal SequenceIndex Messages { get; } = new();

    internal BrokerKernel Kernel { get; }

    /// <summary>
    /// Accepts all messages or none, in their order. Done when they are durable. A duplicate within the window
    /// succeeds and is dropped; a message with a future <see cref="BrokerMessage.ScheduledEnqueueTime"/> is scheduled.
    /// Null means success. Errors: NotAllowed, MessageSizeExceeded, QuotaExceeded, ArgumentError, ServerBusy.
    /// </summary>
    public Task<BrokerError?> SendAsync(IReadOnlyList<BrokerMessage> messages) =>
        AcceptAsync(messages, static (_, error) => error);

    /// <summary>
    /// Does the same and returns a sequence number for each message, by which it can be cancelled until it is due.
    /// </summary>
    public Task<BrokerResult<IReadOnlyList<long>>> ScheduleAsync(IReadOnlyList<BrokerMessage> messages) =>
        AcceptAsync(messages, static (numbers, error) => BrokerResult<IReadOnlyList<long>>.Create(numbers, error));

    /// <summary>Works out where a message goes that reached this entity.</summary>
    internal abstract void Plan(RoutePlan plan, Routed message);

    /// <summary>Lets an active or deferred message be seen, now that it is durable.</summary>
    private protected abstract void ArriveActive(StoredMessage message);

    /// <summary>Takes a message out of whatever it stands in besides <see cref="Messages"/>.</summary>
    private protected virtual void Detach(StoredMessage message)
    {
    }
}
