namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>Counts the executions in flight, and ends them when the time to drain is over.</summary>
internal sealed class InvocationTracker : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private TaskCompletionSource? _idle;
    private int _outstanding;

    public int Outstanding
    {
        get
        {
            lock (_lock)
            {
                return _outstanding;
            }
        }
    }

    /// <summary>
    /// Signalled when the worker is gone for the host: executions still in flight count as failed from then on. It is
    /// not what a function sees; a function's own token is left alone while the host drains.
    /// </summary>
    public CancellationToken Ended => _ended.Token;

    public Execution Enter()
    {
        lock (_lock)
        {
            _outstanding++;
            return new Execution(this);
        }
    }

    /// <summary>Waits until nothing is in flight, or until the time is over.</summary>
    /// <returns>Whether nothing is in flight.</returns>
    public async Task<bool> WaitForIdleAsync(TimeSpan limit, TimeProvider time)
    {
        Task idle;
        lock (_lock)
        {
            if (_outstanding == 0)
            {
                return true;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        try
        {
            await idle.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void EndAll() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();

    private void Leave()
    {
        lock (_lock)
        {
            if (--_outstanding == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    /// <summary>One execution in flight, until disposed.</summary>
    internal sealed class Execution(InvocationTracker tracker) : IDisposable
    {
        public void Dispose() => tracker.Leave();
    }
}
