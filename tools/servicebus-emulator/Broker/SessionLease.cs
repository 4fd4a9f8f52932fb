namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The exclusive lock on one session. It ends by <see cref="Release"/> or by expiry, then every call on it
/// answers <see cref="BrokerErrorCode.SessionLockLost"/>.
/// </summary>
public sealed class SessionLease
{
    private readonly BrokerKernel _kernel;
    private readonly MessageQueue _queue;
    private readonly SessionDistribution _sessions;
    private readonly QueueSession _session;

    /// <summary>Messages locked under the lease, by sequence number: they go back in that order.</summary>
    private readonly SortedDictionary<long, StoredMessage> _held = [];
    private MessageReceiver? _receiver;
    private Deadline? _deadline;
    private DateTimeOffset _lockedUntil;
    private bool _isHeld = true;

    internal SessionLease(
        BrokerKernel kernel, MessageQueue queue, SessionDistribution sessions, QueueSession session)
    {
        _kernel = kernel;
        _queue = queue;
        _sessions = sessions;
        _session = session;
        Extend();
    }

    /// <summary>The session held.</summary>
    public string SessionId => _session.Id;

    /// <summary>When the lock ends unless it is renewed.</summary>
    public DateTimeOffset LockedUntil
    {
        get
        {
            using var scope = _kernel.Enter();
            return _lockedUntil;
        }
    }

    /// <summary>Whether the lock still stands.</summary>
    public bool IsHeld
    {
        get
        {
            using var scope = _kernel.Enter();
            return _isHeld;
        }
    }

    internal DateTimeOffset LockEnd => _lockedUntil;

    internal BrokerKernel Kernel => _kernel;

    /// <summary>
    /// Opens the lease's receiver; one at a time. When the lease expires the sink is told by
    /// <see cref="IDeliverySink.OnClosed"/>.
    /// </summary>
    public BrokerResult<MessageReceiver> OpenReceiver(ReceiveMode mode, IDeliverySink sink)
    {
        using var scope = _kernel.Enter();
        if (FindError() is { } error)
        {
            return error;
        }

        if (_receiver is not null)
        {
            return new BrokerError(BrokerErrorCode.NotAllowed, $"The session '{SessionId}' has a receiver already.");
        }

        _receiver = new MessageReceiver(
            _kernel, _queue, this, mode, sink, (_ => Dispatch(), _ => _receiver = null));
        return _receiver;
    }

    /// <summary>Extends the lock to a full lock duration from now and returns its new end.</summary>
    public BrokerResult<DateTimeOffset> Renew()
    {
        using var scope = _kernel.Enter();
        if (FindError() is { } error)
        {
            return error;
        }

        _queue.Counters.LocksRenewed++;
        _queue.Counters.Billed();
        Extend();
        return _lockedUntil;
    }

    /// <summary>The state kept with the session; null when none was set.</summary>
    public BrokerResult<ReadOnlyMemory<byte>?> GetState()
    {
        using var scope = _kernel.Enter();
        if (FindError() is { } error)
        {
            return error;
        }

        _queue.Counters.Billed();
        return _session.State;
    }

    /// <summary>
    /// Sets the state, or clears it with null. Done when durable; null means success. It counts against the
    /// queue's size; the caller must not reuse the bytes.
    /// </summary>
    public Task<BrokerError?> SetStateAsync(ReadOnlyMemory<byte>? state)
    {
        using var scope = _kernel.Enter();
        if (FindError() is { } error)
        {
            return Completed.With(error);
        }

        _queue.Counters.Billed();
        return _sessions.SetStateAsync(_session, state);
    }

    /// <summary>
    /// Settles a message of this session. Done when durable; null means success.
    /// </summary>
    public Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement)
    {
        using var scope = _kernel.Enter();
        return FindError() is { } error ? Completed.With(error) : _queue.SettleAsync(lockToken, settlement, this);
    }

    /// <summary>
    /// Receives deferred messages of the session by sequence number; all or none
    /// (<see cref="BrokerErrorCode.MessageNotFound"/>).
    /// </summary>
    public Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveDeferredAsync(
        IReadOnlyList<long> sequenceNumbers, ReceiveMode mode)
    {
        using var scope = _kernel.Enter();
        return FindError() is { } error
            ? Completed.Refusal<IReadOnlyList<Delivery>>(error)
            : _queue.ReceiveDeferredAsync(sequenceNumbers, mode, this);
    }

    /// <summary>
    /// Gives the session back. Messages not settled go back to its head, in their order, and their delivery
    /// counts stay. Idempotent.
    /// </summary>
    public void Release()
    {
        using var scope = _kernel.Enter();
        if (_isHeld)
        {
            var held = Finish(null);
            foreach (var message in held)
            {
                _queue.GiveBack(message);
            }

            _sessions.Ended(_session);
        }
    }

    /// <summary>
    /// Ends the lease as if it had run out. One that is stolen is followed by a lease that nobody knows of, and that runs
    /// out in its time: the session stays locked until then.
    /// </summary>
    internal void EndEarly(bool isStolen)
    {
        if (!isStolen)
        {
            Expire();
            return;
        }

        _queue.Counters.LocksExpired++;
        var held = Finish(LockLost());
        _session.Lease = new SessionLease(_kernel, _queue, _sessions, _session);
        _queue.Fail(held);
    }

    /// <summary>Ends the lease from the broker's side when the broker stops.</summary>
    internal void End(BrokerError reason) => Finish(reason);

    internal void Hold(StoredMessage message) => _held.Add(message.SequenceNumber, message);

    internal void LetGo(StoredMessage message) => _held.Remove(message.SequenceNumber);

    /// <summary>Hands what waits in the session to its receiver, as far as that granted.</summary>
    internal void Dispatch()
    {
        while (_isHeld && _receiver is { WantsMore: true } receiver && _session.Available.TryTake(out var message))
        {
            receiver.Hand(message!);
        }
    }

    private void Extend()
    {
        _kernel.Cancel(_deadline);
        _lockedUntil = _kernel.Now + _queue.LockDuration;
        _deadline = _kernel.At(_lockedUntil, static state => ((SessionLease)state).Expire(), this);
        foreach (var message in _held.Values)
        {
            message.LockedUntil = _lockedUntil;
        }
    }

    private void Expire()
    {
        _queue.Counters.LocksExpired++;
        var held = Finish(LockLost());
        _queue.Fail(held);
        _sessions.Ended(_session);
    }

    private List<StoredMessage> Finish(BrokerError? reason)
    {
        _isHeld = false;
        _kernel.Cancel(_deadline);
        var receiver = _receiver;
        _receiver = null;
        if (reason is not null)
        {
            receiver?.End(reason);
        }
        else
        {
            receiver?.Close();
        }

        List<StoredMessage> held = [.. _held.Values];
        _session.Lease = null;
        return held;
    }

    private BrokerError? FindError() => _kernel.Ended ?? (_isHeld ? null : LockLost());

    private BrokerError LockLost() => new(
        BrokerErrorCode.SessionLockLost, $"The lock on the session '{SessionId}' of '{_queue.Address}' is lost.");
}
