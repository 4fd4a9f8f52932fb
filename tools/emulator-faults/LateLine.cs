namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// What is done later: by one timer, in the order in which it is due, and in the order of its coming where it is due
/// together. Bounded: beyond the bound nothing is late.
/// </summary>
internal sealed class LateLine : IAsyncDisposable
{
    /// <summary>Actions that may wait. Each holds a message or less, so this bounds memory by what messages may be.</summary>
    private const int Capacity = 100_000;

    private readonly Lock _gate = new();
    private readonly Lock _release = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PriorityQueue<Action, (DateTimeOffset Due, long Order)> _waiting = new();
    private long _order;

    public LateLine(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(
            static state => ((LateLine)state!).Release(everything: false), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(TimeSpan delay, Action action)
    {
        lock (_gate)
        {
            if (_waiting.Count < Capacity)
            {
                _waiting.Enqueue(action, (_time.GetUtcNow() + delay, _order++));
                Arm();
                return;
            }
        }

        action();
    }

    /// <summary>Does all that waits, now, in the order in which it would have been due.</summary>
    public void Flush() => Release(everything: true);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    /// <summary>Actions run outside the gate, since they may add others; one releaser at a time keeps their order.</summary>
    private void Release(bool everything)
    {
        lock (_release)
        {
            while (TryTake(everything, out var action))
            {
                action();
            }
        }
    }

    private bool TryTake(bool everything, out Action action)
    {
        lock (_gate)
        {
            if (_waiting.TryPeek(out action!, out var due) && (everything || due.Due <= _time.GetUtcNow()))
            {
                _waiting.Dequeue();
                return true;
            }

            Arm();
            return false;
        }
    }

    private void Arm()
    {
        if (_waiting.TryPeek(out _, out var next))
        {
            // Rounded up to whole milliseconds: an early timer would find nothing due and fire again.
            var wait = Math.Ceiling((next.Due - _time.GetUtcNow()).TotalMilliseconds);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, wait)), Timeout.InfiniteTimeSpan);
        }
    }
}
