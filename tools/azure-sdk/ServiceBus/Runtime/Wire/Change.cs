namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>
/// Something to wait for under a lock: a waiter takes <see cref="Next"/> while it holds the lock, lets go, awaits, and
/// looks again. All who wait wake at each signal, so none is forgotten and none needs to be told apart.
/// </summary>
internal sealed class Change
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => _next.Task;

    public void Signal()
    {
        var signalled = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        signalled.TrySetResult();
    }
}
