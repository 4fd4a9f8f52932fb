namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A queue, a subscription, or a dead-letter queue: everything that is received from.</summary>
public sealed class MessageQueue : BrokerEntity
{
    internal MessageQueue(string address, EntityKind kind)
        : base(address, kind)
    {
    }

    /// <inheritdoc/>
    public override long MaxMessageBytes => throw new NotImplementedException();

    /// <inheritdoc/>
    public override bool RequiresSession => throw new NotImplementedException();

    /// <summary>How long a message or session lock lasts without renewal.</summary>
    public TimeSpan LockDuration => throw new NotImplementedException();

    /// <summary>Its dead-letter queue; null for a dead-letter queue itself.</summary>
    public MessageQueue? DeadLetterQueue => throw new NotImplementedException();

    /// <inheritdoc/>
    public override Task<BrokerError?> SendAsync(IReadOnlyList<BrokerMessage> messages) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public override Task<BrokerResult<IReadOnlyList<long>>> ScheduleAsync(IReadOnlyList<BrokerMessage> messages) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public override Task<BrokerError?> CancelScheduledAsync(IReadOnlyList<long> sequenceNumbers) =>
        throw new NotImplementedException();

    /// <summary>
    /// Opens a receiver; it starts without a grant. NotAllowed where sessions are required (see
    /// <see cref="AcceptSessionAsync"/>) or where the queue forwards its messages on.
    /// </summary>
    public BrokerResult<MessageReceiver> OpenReceiver(ReceiveMode mode, IDeliverySink sink) =>
        throw new NotImplementedException();

    /// <summary>
    /// Locks a session: the one named (<see cref="BrokerErrorCode.SessionCannotBeLocked"/> when held by somebody),
    /// or with null the next that has messages, waiting up to <paramref name="maxWait"/>
    /// (<see cref="BrokerErrorCode.Timeout"/>). Sessions and waiters are served in the order of their arrival.
    /// A caller that cancelled may still be given the session at that very moment: it then must release it.
    /// Cancellation answers <see cref="BrokerErrorCode.OperationCancelled"/>, it does not throw.
    /// </summary>
    public Task<BrokerResult<SessionLease>> AcceptSessionAsync(
        string? sessionId, TimeSpan maxWait, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Settles a locked message by its token, whichever receiver it was handed to. Done when durable; null means
    /// success. In a queue with sessions the error of a lost lock is SessionLockLost, else MessageLockLost.
    /// </summary>
    public Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement) =>
        throw new NotImplementedException();

    /// <summary>Extends a message's lock to a full lock duration from now. Not for sessions: they renew as a whole.</summary>
    public BrokerResult<DateTimeOffset> RenewLock(Guid lockToken) => throw new NotImplementedException();

    /// <summary>
    /// Returns up to <paramref name="maxCount"/> messages from a sequence number on, in their order, whatever their
    /// state, without locking; of one session if given.
    /// </summary>
    public IReadOnlyList<MessageSnapshot> Peek(long fromSequenceNumber, int maxCount, string? sessionId) =>
        throw new NotImplementedException();

    /// <summary>Receives deferred messages by sequence number, all or none. For sessions see the lease.</summary>
    public Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveDeferredAsync(
        IReadOnlyList<long> sequenceNumbers, ReceiveMode mode) => throw new NotImplementedException();

    /// <summary>
    /// Lists session ids in ordinal order: with null those that hold messages, else those whose state was set
    /// since <paramref name="stateUpdatedSince"/>.
    /// </summary>
    public IReadOnlyList<string> ListSessions(DateTimeOffset? stateUpdatedSince, int skip, int top) =>
        throw new NotImplementedException();

    /// <summary>How many messages there are by state, and their bytes.</summary>
    public QueueCounts Count() => throw new NotImplementedException();
}
