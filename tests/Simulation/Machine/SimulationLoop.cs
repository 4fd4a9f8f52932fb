using System.IO.Hashing;
using System.Text;

namespace ServerlessGateway.Simulation.Tests.Machine;

/// <summary>
/// The only thread and the only clock of a run. Whatever is ready runs in the order in which it became ready; when nothing
/// is, the clock jumps to the next timer. So a run depends on its seed alone, and virtual minutes take milliseconds.
/// </summary>
/// <param name="trace">Takes every line of what happens.</param>
internal sealed class SimulationLoop(Action<string> trace)
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _timed = new();
    private readonly Queue<Work> _ready = new();
    private readonly XxHash64 _trace = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;

    /// <summary>The virtual time.</summary>
    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>True when something ran outside of the one thread: such a run can not be replayed.</summary>
    public bool HasLeftItsThread { get; private set; }

    /// <summary>Exceptions that left the code of a process or a model: nothing may do that.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>A digest of everything that happened, with its time.</summary>
    public ulong TraceHash => _trace.GetCurrentHashAsUInt64();

    /// <summary>Notes what happened.</summary>
    public void Trace(string line)
    {
        var timed = $"{Now:mm:ss.fffffff} {line}\n";
        _trace.Append(Encoding.UTF8.GetBytes(timed));
        trace(timed);
    }

    /// <summary>Notes an exception that nobody handled.</summary>
    public void Fail(string what)
    {
        Failures.Add(what);
        Trace(what);
    }

    /// <summary>Runs an action of a process as soon as what is ready has run.</summary>
    public void Post(SimulatedProcess process, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            HasLeftItsThread = true;
            return;
        }

        _ready.Enqueue(new Work(process, callback, state));
    }

    /// <summary>Runs an action when the clock has reached a time; actions of one time run in the order of their calls.</summary>
    public void At(DateTimeOffset due, Action action) => _timed.Enqueue(action, (Math.Max(due.Ticks, Now.Ticks), _order++));

    /// <summary>Runs until the condition holds, looked at between steps of the clock, or until the time given (false).</summary>
    public bool Run(Func<bool> isDone, DateTimeOffset until)
    {
        var outside = SynchronizationContext.Current;
        try
        {
            while (true)
            {
                RunReady();
                if (isDone())
                {
                    return true;
                }

                if (!_timed.TryPeek(out var action, out var priority) || priority.Ticks > until.Ticks)
                {
                    return false;
                }

                _timed.Dequeue();
                Now = new DateTimeOffset(priority.Ticks, TimeSpan.Zero);
                action();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    private void RunReady()
    {
        while (_ready.TryDequeue(out var work))
        {
            if (work.Process.IsAlive)
            {
                SynchronizationContext.SetSynchronizationContext(work.Process);
                work.Callback(work.State);
                SynchronizationContext.SetSynchronizationContext(null);
            }
        }
    }

    private readonly record struct Work(SimulatedProcess Process, SendOrPostCallback Callback, object? State);
}
