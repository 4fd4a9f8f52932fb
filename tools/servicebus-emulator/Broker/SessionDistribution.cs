namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// A queue with sessions: whoever holds a session's lease gets its messages, in their order. Sessions that have
/// messages and no lease stand in line, as do callers that wait for one; at any time one of the lines is empty.
/// </summary>
internal sealed class SessionDistribution(BrokerKernel kernel, MessageQueue queue) : Distribution
{
    private readonly Dictionary<string, QueueSession> _sessions = new(StringComparer.Ordinal);
    private readonly LinkedList<QueueSession> _ready = new();
    private readonly LinkedList<SessionWait> _waits = new();
    private int _leases;

    internal IEnumerable<QueueSession> Sessions => _sessions.Values.OrderBy(session => session.Id, StringComparer.Ordinal);

    internal override void Add(StoredMessage message)
    {
        var session = SessionOf(message);
        session.Available.Add(message);
        if (session.Lease is { } lease)
        {
            lease.Dispatch();
        }
        else
        {
            Offer(session);
        }
    }

    internal override void Forget(StoredMessage message)
    {
        var session = SessionOf(message);
        session.Available.Forget(message);
        if (session.Available.Count == 0)
        {
            Withdraw(session);
        }
    }

    internal override void Arrived(StoredMessage message) => SessionOf(message).MessageCount++;

    internal override void Left(StoredMessage message)
    {
        var session = SessionOf(message);
        session.MessageCount--;
        DropIfIdle(session);
    }

    internal override void Close(BrokerError reason)
    {
        foreach (var wait in _waits)
        {
            kernel.Cancel(wait.Deadline);
            wait.End(reason);
        }

        _waits.Clear();
        foreach (var session in Sessions)
        {
            session.Lease?.End(reason);
        }
    }

    /// <summary>Locks a session by its id, whether or not it has messages.</summary>
    internal BrokerResult<SessionLease> Accept(string sessionId)
    {
        var session = GetOrAdd(sessionId);
        if (session.Lease is not null)
        {
            return new BrokerError(
                BrokerErrorCode.SessionCannotBeLocked, $"The session '{sessionId}' of '{queue.Address}' is locked.");
        }

        if (IsFull)
        {
            DropIfIdle(session);
            return FullError();
        }

        Withdraw(session);
        return Lease(session);
    }

    /// <summary>Locks the session that has been in line longest, or waits for one.</summary>
    internal SessionWait AcceptNext(TimeSpan maxWait)
    {
        var wait = new SessionWait();
        if (IsFull)
        {
            wait.End(FullError());
        }
        else if (_ready.First is { } first)
        {
            Withdraw(first.Value);
            wait.End(Lease(first.Value));
        }
        else if (maxWait <= TimeSpan.Zero)
        {
            wait.End(TimeoutError());
        }
        else
        {
            wait.Place = _waits.AddLast(wait);
            wait.Deadline = kernel.At(kernel.After(maxWait), state => GiveUp((SessionWait)state, TimeoutError()), wait);
        }

        return wait;
    }

    /// <summary>Ends a wait without a session, unless it just got one.</summary>
    internal void GiveUp(SessionWait wait, BrokerError reason)
    {
        if (wait.Place is { List: not null } place)
        {
            _waits.Remove(place);
            kernel.Cancel(wait.Deadline);
            queue.Counters.Billed();
            wait.End(reason);
        }
    }

    /// <summary>A lease ended; its messages have been given back before.</summary>
    internal void Ended(QueueSession session)
    {
        _leases--;
        Offer(session);
        DropIfIdle(session);
    }

    internal Task<BrokerError?> SetStateAsync(QueueSession session, ReadOnlyMemory<byte>? state)
    {
        var limit = queue.Settings.IsPremium
            ? kernel.Options.MaxPremiumSessionStateBytes
            : kernel.Options.MaxSessionStateBytes;
        if (state?.Length > limit)
        {
            return Completed.With(new BrokerError(
                BrokerErrorCode.ArgumentOutOfRange,
                $"A session state of {state.Value.Length} bytes is over the limit of {limit}."));
        }

        var growth = (state is null ? 0 : state.Value.Length + session.Id.Length) - session.StateBytes;
        if (growth > 0 && !(queue.Quota.HasRoomFor(growth) && kernel.TotalQuota.HasRoomFor(growth)))
        {
            return Completed.With(new BrokerError(
                BrokerErrorCode.QuotaExceeded, $"'{queue.Address}' has no room for {growth} bytes of session state."));
        }

        Restore(session.Id, state, kernel.Now);
        var operation = new Operation();
        operation.Add(new BrokerRecord.SessionStateSet(queue.Address, session.Id, state, kernel.Now));
        return kernel.CommitAsync(operation);
    }

    /// <summary>Sets a session's state without a record.</summary>
    internal void Restore(string sessionId, ReadOnlyMemory<byte>? state, DateTimeOffset time)
    {
        var session = GetOrAdd(sessionId);
        var before = session.StateBytes;
        session.State = state;
        session.StateTime = time;
        queue.Quota.Change(session.StateBytes - before);
        kernel.TotalQuota.Change(session.StateBytes - before);
        DropIfIdle(session);
    }

    /// <summary>A session with messages and without a lease goes to the longest wait, or to the end of its line.</summary>
    private void Offer(QueueSession session)
    {
        if (session.Lease is not null || session.Place is not null || session.Available.Count == 0)
        {
            return;
        }

        if (_waits.First is not { } first)
        {
            session.Place = _ready.AddLast(session);
            return;
        }

        _waits.RemoveFirst();
        kernel.Cancel(first.Value.Deadline);
        first.Value.End(Lease(session));
    }

    private void Withdraw(QueueSession session)
    {
        if (session.Place is { } place)
        {
            _ready.Remove(place);
            session.Place = null;
        }
    }

    private SessionLease Lease(QueueSession session)
    {
        _leases++;
        queue.Counters.SessionsAccepted++;
        queue.Counters.Billed();
        session.Lease = new SessionLease(kernel, queue, this, session);
        return session.Lease;
    }

    private bool IsFull => _leases + _waits.Count >= kernel.Options.MaxReceiversPerEntity;

    private BrokerError FullError() => new(
        BrokerErrorCode.QuotaExceeded,
        $"'{queue.Address}' has {kernel.Options.MaxReceiversPerEntity} sessions held or waited for, which is the limit.");

    private BrokerError TimeoutError() => new(
        BrokerErrorCode.Timeout, $"No session of '{queue.Address}' had messages within the time given.");

    private QueueSession SessionOf(StoredMessage message) => GetOrAdd(message.Message.SessionId!);

    private QueueSession GetOrAdd(string id)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            session = new QueueSession(id);
            _sessions.Add(id, session);
        }

        return session;
    }

    private void DropIfIdle(QueueSession session)
    {
        if (session.IsIdle)
        {
            _sessions.Remove(session.Id);
        }
    }
}
