namespace ServerlessGateway.Simulation.Tests.Machine;

/// <summary>A process: the context in which its code runs. Once it is killed no continuation and no timer of it runs again.</summary>
internal sealed class SimulatedProcess(SimulationLoop loop, string name) : SynchronizationContext, IDisposable
{
    private readonly CancellationTokenSource _killed = new();

    /// <summary>How traces name it.</summary>
    public string Name => name;

    /// <summary>False once it was killed.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Cancelled when the process ends: what the other side of its connections sees of that.</summary>
    public CancellationToken Killed => _killed.Token;

    /// <summary>What a supervisor does when it ends.</summary>
    public Action Ended { get; set; } = () => { };

    /// <summary>The process's clock.</summary>
    public TimeProvider Time => field ??= new SimulatedTime(loop, this);

    public override void Post(SendOrPostCallback d, object? state) => loop.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may block the one thread.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        if (IsAlive)
        {
            loop.Trace($"{Name} is killed");
            IsAlive = false;
            _killed.Cancel();
            Ended();
        }
    }

    public void Dispose() => _killed.Dispose();

    /// <summary>Begins work in the process.</summary>
    public void Start(Func<Task> work) => Post(_ => _ = WatchAsync(work), null);

    private async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            loop.Fail($"{Name} has failed: {exception}");
        }
    }

    /// <summary>Asks the process from outside; there is no answer when it dies on it.</summary>
    public Task<T> AskAsync<T>(Func<Task<T>> work)
    {
        var answer = new TaskCompletionSource<T>();
        Start(async () =>
        {
            try
            {
                answer.TrySetResult(await work());
            }
            catch (Exception exception)
            {
                answer.TrySetException(exception);
            }
        });
        return answer.Task;
    }
}
