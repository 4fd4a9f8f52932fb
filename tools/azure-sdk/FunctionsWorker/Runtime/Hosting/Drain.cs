using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>
/// Stops work in the host's order: listeners take nothing new, executions in flight get the drain window with their
/// token left alone, and those that outlive it count as failed. Begins with SIGTERM or on request, and only once.
/// </summary>
internal sealed class Drain(
    IEnumerable<ITriggerListener> listeners, InvocationTracker tracker, StandInSettings settings, TimeProvider time)
{
    /// <summary>How long a listener may take to give back what it holds once nothing runs any more.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task? _stopped;

    public DrainState State
    {
        get
        {
            lock (_lock)
            {
                return _stopped is null ? DrainState.Disabled
                    : tracker.Outstanding == 0 ? DrainState.Completed
                    : DrainState.InProgress;
            }
        }
    }

    public int Outstanding => tracker.Outstanding;

    /// <summary>Begins to drain; the task ends when the listeners have stopped.</summary>
    public Task Begin()
    {
        lock (_lock)
        {
            return _stopped ??= Task.WhenAll(listeners.Select(listener => Task.Run(listener.StopAsync)));
        }
    }

    /// <summary>Drains within the window, then gives up what still runs, and lets go of what the listeners hold.</summary>
    public async Task CompleteAsync()
    {
        var begun = time.GetTimestamp();
        var stopped = Begin();
        var idle = await tracker.WaitForIdleAsync(settings.DrainWindow, time);
        if (settings.KeepLocksWhileDraining && settings.DrainWindow - time.GetElapsedTime(begun) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time);
        }

        if (!idle || tracker.Outstanding > 0)
        {
            tracker.EndAll();
        }

        await WithinLimitAsync(stopped);
        await WithinLimitAsync(Task.WhenAll(listeners.Select(listener => listener.DisposeAsync().AsTask())));
    }

    /// <summary>A listener that cannot reach its service must not keep the process.</summary>
    private async Task WithinLimitAsync(Task task) =>
        await task.WaitAsync(CloseLimit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
