namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// What all entities share: the one lock, the clock with its deadlines, the way to the journal, and the outbox of
/// callbacks. Every public operation runs in a scope: deadlines that are due are dealt with first, so that the
/// outcome depends on the time alone and not on how late a timer fires; callbacks are made when the scope ends, in
/// order, outside the lock, by one thread at a time.
/// </summary>
internal sealed class BrokerKernel : IJournalObserver, IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly DeadlineQueue _deadlines = new();
    private readonly Queue<Pending> _pending = new();
    private readonly ITimer _timer;
    private IBrokerJournal? _journal;
    private Queue<Action> _outbox = new();
    private bool _isPumping;

    /// <summary>How many scopes are open, one within the other; only the outermost expires and calls back.</summary>
    private int _depth;
    private DateTimeOffset? _timerDue;
    private long _lastPosition;

    internal BrokerKernel(BrokerOptions options, TimeProvider timeProvider, Func<Guid> newLockToken)
    {
        Options = options;
        TimeProvider = timeProvider;
        NewLockToken = newLockToken;
        TotalQuota = new SizeQuota(options.MaxTotalBytes);
        _timer = timeProvider.CreateTimer(
            static state => ((BrokerKernel)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal BrokerOptions Options { get; }

    internal TimeProvider TimeProvider { get; }

    internal Func<Guid> NewLockToken { get; }

    internal SizeQuota TotalQuota { get; }

    /// <summary>Gives the whole state for a snapshot of the journal.</summary>
    internal Func<IReadOnlyList<BrokerRecord>> CaptureState { get; set; } = () => [];

    /// <summary>Ends all receivers and waits with the reason given.</summary>
    internal Action<BrokerError> CloseAll { get; set; } = _ => { };

    /// <summary>Why nothing is accepted any more; null while all is well.</summary>
    internal BrokerError? Ended { get; private set; }

    /// <summary>Why no further message is accepted now; null while there is room.</summary>
    internal BrokerError? SendRefusal => Ended ?? (_journal?.IsBusy == true
        ? new BrokerError(BrokerErrorCode.ServerBusy, "The journal is behind with writing. Retry after a short wait.")
        : null);

    /// <summary>The time, as it was when the scope began.</summary>
    internal DateTimeOffset Now { get; private set; }

    public void OnDurable(long position)
    {
        using var scope = Enter();
        while (_pending.TryPeek(out var pending) && pending.Position <= position)
        {
            _pending.Dequeue();
            Finish(pending);
        }
    }

    public void OnFailed(Exception reason)
    {
        using var scope = Enter();
        End(new BrokerError(BrokerErrorCode.InternalError, $"The journal cannot be written: {reason.Message}"));
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>From now on what happens is written; before the first operation.</summary>
    internal void Use(IBrokerJournal journal)
    {
        _journal = journal;
        journal.Attach(this);
    }

    internal Scope Enter()
    {
        _gate.Enter();
        if (_depth++ == 0)
        {
            Now = TimeProvider.GetUtcNow();
            ExpireDue();
        }

        return new Scope(this);
    }

    internal void Post(Action callback) => _outbox.Enqueue(callback);

    internal Deadline At(DateTimeOffset due, Action<object> action, object state) => _deadlines.Add(due, action, state);

    /// <summary>The time after a wait from now; the end of time when that is later still.</summary>
    internal DateTimeOffset After(TimeSpan wait) => wait < DateTimeOffset.MaxValue - Now ? Now + wait : DateTimeOffset.MaxValue;

    internal void Cancel(Deadline? deadline) => _deadlines.Cancel(deadline);

    /// <summary>Makes an operation durable; the task ends with null, or with the reason why it is not known to be.</summary>
    internal Task<BrokerError?> CommitAsync(Operation operation)
    {
        if (_journal is null)
        {
            Commit(operation, null);
            return Completed.WithoutError;
        }

        var done = new TaskCompletionSource<BrokerError?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Commit(operation, done.SetResult);
        return done.Task;
    }

    /// <summary>Makes an operation durable and then calls back, under the lock.</summary>
    internal void Commit(Operation operation, Action<BrokerError?>? done)
    {
        if (Ended is not null)
        {
            done?.Invoke(Ended);
            return;
        }

        if (_journal is not null && operation.Records.Count > 0)
        {
            _lastPosition = _journal.Append(operation.Records);
            if (_journal.WantsSnapshot(TotalQuota.UsedBytes))
            {
                _journal.BeginSnapshot(CaptureState());
            }
        }

        // An operation without records (a send of duplicates only) rests on what was written before it.
        if (_journal is not null && (operation.Records.Count > 0 || _pending.Count > 0))
        {
            _pending.Enqueue(new Pending(_lastPosition, operation.Arrivals, done));
        }
        else
        {
            Finish(new Pending(0, operation.Arrivals, done));
        }

        foreach (var message in operation.Returns)
        {
            ((MessageQueue)message.Owner).Offer(message);
        }
    }

    /// <summary>Refuses everything from now on, and what waits for the journal first.</summary>
    internal void End(BrokerError reason)
    {
        if (Ended is not null)
        {
            return;
        }

        Ended = reason;
        while (_pending.TryDequeue(out var pending))
        {
            pending.Done?.Invoke(reason);
        }

        CloseAll(reason);
    }

    private static void Finish(Pending pending)
    {
        foreach (var message in pending.Arrivals)
        {
            message.Owner.Arrive(message);
        }

        pending.Done?.Invoke(null);
    }

    private void OnTimer()
    {
        using var scope = Enter();
        _timerDue = null;
    }

    private void ExpireDue()
    {
        while (Ended is null && _deadlines.TryTakeDue(Now, out var deadline))
        {
            deadline!.Run();
        }
    }

    private void Leave()
    {
        var isOutermost = --_depth == 0;
        if (isOutermost)
        {
            ArmTimer();
        }

        var isPump = isOutermost && !_isPumping && _outbox.Count > 0;
        _isPumping |= isPump;
        _gate.Exit();
        if (isPump)
        {
            Pump();
        }
    }

    private void ArmTimer()
    {
        var next = Ended is null ? _deadlines.NextDue() : null;
        if (next is null || (_timerDue is { } armed && armed <= next))
        {
            return;
        }

        // Rounded up to whole milliseconds: an early timer would find nothing due and fire again.
        var wait = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((next.Value - Now).TotalMilliseconds)));
        _timerDue = next;
        _timer.Change(wait < LongestTimer ? wait : LongestTimer, Timeout.InfiniteTimeSpan);
    }

    private void Pump()
    {
        List<Exception>? failures = null;
        while (TryTakeOutbox(out var callbacks))
        {
            foreach (var callback in callbacks)
            {
                try
                {
                    callback();
                }
                catch (Exception failure)
                {
                    // One faulty sink must not keep the others from their messages.
                    (failures ??= []).Add(failure);
                }
            }
        }

        if (failures is not null)
        {
            throw new AggregateException("A delivery sink failed.", failures);
        }
    }

    private bool TryTakeOutbox(out Queue<Action> callbacks)
    {
        lock (_gate)
        {
            callbacks = _outbox;
            _isPumping = callbacks.Count > 0;
            if (_isPumping)
            {
                _outbox = new Queue<Action>();
            }

            return _isPumping;
        }
    }

    /// <summary>One operation under the lock.</summary>
    internal readonly ref struct Scope(BrokerKernel kernel)
    {
        public void Dispose() => kernel.Leave();
    }

    private readonly record struct Pending(
        long Position, IReadOnlyList<StoredMessage> Arrivals, Action<BrokerError?>? Done);
}
