using System.Threading.Tasks.Sources;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// Wakes the write loop of one connection, without an allocation per wait: a connection that mostly waits should cost
/// nothing while it does. One waiter at a time; a signal between two waits is kept, several become one.
/// </summary>
internal sealed class OutboxSignal : IOutboxListener, IValueTaskSource
{
    private const int Idle = 0;
    private const int Signaled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = Idle;

    /// <summary>Completes when the end of the connection is decided, while frames may still wait.</summary>
    public Task<ConnectionEnd> Ended => _ended.Task;

    public void OnReady()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Signaled) return;
            var next = state == Waiting ? Idle : Signaled;
            if (Interlocked.CompareExchange(ref _state, next, state) != state) continue;
            if (state == Waiting) _source.SetResult(true);
            return;
        }
    }

    public void OnEnding(ConnectionEnd end) => _ended.TrySetResult(end);

    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Signaled) == Signaled) return ValueTask.CompletedTask;
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle) return new ValueTask(this, _source.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
