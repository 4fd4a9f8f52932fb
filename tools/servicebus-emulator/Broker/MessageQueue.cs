namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A queue, a subscription, or a dead-letter queue: everything that is received from.</summary>
public sealed partial class MessageQueue : BrokerEntity
{
    private static readonly BrokerError GaveUp = new(BrokerErrorCode.OperationCancelled, "The caller gave up.");

    private readonly OpenDistribution? _open;
    private readonly SessionDistribution? _sessions;

    internal MessageQueue(BrokerKernel kernel, EntitySettings settings)
        : base(kernel, settings)
    {
        if (settings.RequiresSession)
        {
            _sessions = new SessionDistribution(kernel, this);
        }
        else
        {
            _open = new OpenDistribution();
        }

        if (settings.Kind != EntityKind.DeadLetterQueue)
        {
            DeadLetterQueue = new MessageQueue(kernel, settings.ForDeadLetters());
        }
    }

    /// <summary>How long a message or session lock lasts without renewal.</summary>
    public TimeSpan LockDuration => Settings.LockDuration;

    /// <summary>Its dead-letter queue; null for a dead-letter queue itself.</summary>
    public MessageQueue? DeadLetterQueue { get; }

    /// <summary>Where every message moves on to; null when messages stay.</summary>
    public BrokerEntity? ForwardTo { get; internal set; }

    /// <summary>What a subscription takes of its topic; null for a queue and for every dead-letter queue.</summary>
    public SubscriptionRules? Rules { get; internal init; }

    internal IEnumerable<QueueSession> Sessions => _sessions?.Sessions ?? [];

    private Distribution Distribution => (Distribution?)_open ?? _sessions!;

    /// <summary>
    /// Opens a receiver; it starts without a grant. NotAllowed where sessions are required (see
    /// <see cref="AcceptSessionAsync"/>) or where the queue forwards its messages on; QuotaExceeded when the queue
    /// has as many receivers as it may.
    /// </summary>
    public BrokerResult<MessageReceiver> OpenReceiver(ReceiveMode mode, IDeliverySink sink)
    {
        using var scope = Kernel.Enter();
        if ((Kernel.Ended ?? FindReceiveError()) is { } error)
        {
            return error;
        }

        if (_open is null)
        {
            return new BrokerError(
                BrokerErrorCode.NotAllowed, $"'{Address}' requires sessions: a receiver must name one, or ask for the next.");
        }

        if (_open.ReceiverCount >= Kernel.Options.MaxReceiversPerEntity)
        {
            return new BrokerError(
                BrokerErrorCode.QuotaExceeded,
                $"'{Address}' has {Kernel.Options.MaxReceiversPerEntity} receivers, which is the limit.");
        }

        var receiver = new MessageReceiver(Kernel, this, null, mode, sink, (_open.Granted, _open.Closed));
        _open.Opened(receiver);
        return receiver;
    }

    /// <summary>
    /// Locks a session: the one named (<see cref="BrokerErrorCode.SessionCannotBeLocked"/> when held by somebody),
    /// or with null the next that has messages, waiting up to <paramref name="maxWait"/>
    /// (<see cref="BrokerErrorCode.Timeout"/>). Sessions and waiters are served in the order of their arrival.
    /// A caller that cancelled may still be given the session at that very moment: it then must release it.
    /// Cancellation answers <see cref="BrokerErrorCode.OperationCancelled"/>, it does not throw.
    /// </summary>
    public Task<BrokerResult<SessionLease>> AcceptSessionAsync(
        string? sessionId, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        SessionWait wait;
        using (Kernel.Enter())
        {
            if ((Kernel.Ended ?? FindReceiveError()) is { } error)
            {
                return Completed.Refusal<SessionLease>(error);
            }

            if (_sessions is null)
            {
                return Completed.Refusal<SessionLease>(
                    new BrokerError(BrokerErrorCode.NotAllowed, $"'{Address}' has no sessions."));
            }

            if (sessionId is not null)
            {
                return Task.FromResult(_sessions.Accept(sessionId));
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return Completed.Refusal<SessionLease>(GaveUp);
            }

            wait = _sessions.AcceptNext(maxWait);
        }

        CancelWith(wait, cancellationToken);
        return wait.Task;
    }

    /// <summary>
    /// Returns up to <paramref name="maxCount"/> messages from a sequence number on, in their order, whatever their
    /// state, without locking; of one session if given.
    /// </summary>
    public IReadOnlyList<MessageSnapshot> Peek(long fromSequenceNumber, int maxCount, string? sessionId)
    {
        using var scope = Kernel.Enter();
        Counters.Billed();
        return
        [
            .. Messages.From(fromSequenceNumber)
                .Where(message => message.IsVisible && (sessionId is null || message.Message.SessionId == sessionId))
                .Take(maxCount)
                .Select(message => message.ToSnapshot()),
        ];
    }

    /// <summary>
    /// Lists session ids in ordinal order: with null those that hold messages, else those whose state was set
    /// since <paramref name="stateUpdatedSince"/>.
    /// </summary>
    public IReadOnlyList<string> ListSessions(DateTimeOffset? stateUpdatedSince, int skip, int top)
    {
        using var scope = Kernel.Enter();
        Counters.Billed();
        return
        [
            .. Sessions
                .Where(session => stateUpdatedSince is { } since
                    ? session.State is not null && session.StateTime >= since
                    : session.MessageCount > 0)
                .Skip(skip)
                .Take(top)
                .Select(session => session.Id),
        ];
    }

    /// <summary>How many messages there are by state, and their bytes. Walks all of them: for people and tests.</summary>
    public QueueCounts Count()
    {
        using var scope = Kernel.Enter();
        int available = 0, locked = 0, deferred = 0, scheduled = 0;
        long bytes = 0;
        foreach (var message in Messages.From(0).Where(message => message.IsVisible))
        {
            bytes += message.QuotaBytes;
            _ = message switch
            {
                { State: MessageState.Scheduled } => scheduled++,
                { IsLocked: true } => locked++,
                { State: MessageState.Deferred } => deferred++,
                _ => available++,
            };
        }

        return new QueueCounts(available, locked, deferred, scheduled, bytes);
    }

    /// <summary>Counts an operation on the entity itself, such as one on its rules.</summary>
    internal void CountOperation()
    {
        using var scope = Kernel.Enter();
        Counters.Billed();
    }

    internal void Close(BrokerError reason) => Distribution.Close(reason);

    internal void RestoreSession(string sessionId, ReadOnlyMemory<byte>? state, DateTimeOffset time) =>
        _sessions?.Restore(sessionId, state, time);

    /// <summary>Outside the lock: a token that is cancelled already calls back at once.</summary>
    private void CancelWith(SessionWait wait, CancellationToken cancellationToken)
    {
        if (wait.Task.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            return;
        }

        var registration = cancellationToken.Register(() =>
        {
            using var scope = Kernel.Enter();
            _sessions!.GiveUp(wait, GaveUp);
        });
        using var scope = Kernel.Enter();
        wait.Cancellation = registration;
        if (wait.Task.IsCompleted)
        {
            registration.Unregister();
        }
    }

    private BrokerError? FindReceiveError() => ForwardTo is null
        ? null
        : new BrokerError(
            BrokerErrorCode.NotAllowed, $"'{Address}' forwards its messages to '{ForwardTo.Address}': receive there.");
}
