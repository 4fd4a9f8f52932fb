using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Timers;

/// <summary>
/// Runs a function on its schedule: in one process of the app only, never twice side by side, and after a start once
/// for what was missed meanwhile. An execution that fails changes nothing of the schedule.
/// </summary>
internal sealed partial class TimerListener : ITriggerListener
{
    /// <summary>How often a process that does not own the timer asks again. The host takes up to a minute.</summary>
    private static readonly TimeSpan OwnershipPoll = TimeSpan.FromSeconds(2);

    /// <summary>Timers of the runtime take no longer waits than some weeks: longer ones are cut in pieces.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly FunctionEntry _function;
    private readonly TimerTriggerAttribute _trigger;
    private readonly TimerSchedule _schedule;
    private readonly TimerStatusStore _store;
    private readonly FunctionRunner _runner;
    private readonly TimeProvider _time;
    private readonly ILogger<TimerListener> _logger;
    private readonly bool _monitored;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private ScheduleStatus _status = new();

    public TimerListener(
        FunctionEntry function,
        TimerTriggerAttribute trigger,
        FunctionRunner runner,
        BindingExpressions expressions,
        StandInSettings settings,
        TimeProvider time,
        ILogger<TimerListener> logger)
    {
        _function = function;
        _trigger = trigger;
        _schedule = TimerSchedule.Parse(expressions.Resolve(trigger.Schedule));
        _store = new TimerStatusStore(settings.StateDirectory, function.Name);
        _runner = runner;
        _time = time;
        _logger = logger;
        _monitored = trigger.UseMonitor && _schedule.CanBeMonitored(Now);
    }

    private DateTime Now => _time.GetLocalNow().DateTime;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_store.TryOwn())
            {
                LogOwnedElsewhere(_function.Name);
                await Task.Delay(OwnershipPoll, _time, _stopping.Token);
            }

            await RunAtStartAsync();
            while (true)
            {
                var due = _schedule.Next(Now);
                await WaitUntilAsync(due);
                await InvokeAsync(due, isPastDue: false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The listener stops between two executions.
        }
        catch (Exception exception)
        {
            LogStopped(exception, _function.Name);
        }
    }

    private async Task RunAtStartAsync()
    {
        var stored = _monitored ? _store.Read() : null;
        if (stored is not null && stored.Next < Now)
        {
            await InvokeAsync(stored.Next, isPastDue: true);
        }
        else if (_trigger.RunOnStartup)
        {
            await InvokeAsync(Now, isPastDue: false);
        }
        else
        {
            Remember(stored?.Last ?? default);
        }
    }

    private async Task WaitUntilAsync(DateTime due)
    {
        // A timer may fire a moment early by the clock; waiting again keeps an occurrence from running twice.
        while (due - Now is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait < LongestWait ? wait : LongestWait, _time, _stopping.Token);
        }
    }

    private async Task InvokeAsync(DateTime due, bool isPastDue)
    {
        _stopping.Token.ThrowIfCancellationRequested();
        var info = new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = _monitored ? _status : null };
        try
        {
            await _runner.RunAsync(_function, new TriggerData(info), (_, _) => Task.CompletedTask, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The runner has logged the failure; the schedule goes on.
            LogFailed(_function.Name, exception.GetType().Name);
        }

        Remember(due);
    }

    private void Remember(DateTime last)
    {
        if (_monitored)
        {
            _status = new ScheduleStatus { Last = last, Next = _schedule.Next(Now), LastUpdated = Now };
            _store.Write(_status);
        }
    }

    [LoggerMessage(30, LogLevel.Error, "The timer of {Function} stopped.")]
    private partial void LogStopped(Exception exception, string function);

    [LoggerMessage(32, LogLevel.Debug, "The timer of {Function} runs in another process.")]
    private partial void LogOwnedElsewhere(string function);

    [LoggerMessage(31, LogLevel.Debug, "An execution of {Function} failed with {Exception}; its schedule goes on.")]
    private partial void LogFailed(string function, string exception);
}
