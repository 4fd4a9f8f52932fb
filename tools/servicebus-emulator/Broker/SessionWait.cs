namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A caller that waits for the next session.</summary>
internal sealed class SessionWait
{
    private readonly TaskCompletionSource<BrokerResult<SessionLease>> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<BrokerResult<SessionLease>> Task => _done.Task;

    internal LinkedListNode<SessionWait>? Place { get; set; }

    internal Deadline? Deadline { get; set; }

    internal CancellationTokenRegistration Cancellation { get; set; }

    internal void End(BrokerResult<SessionLease> result)
    {
        // Not Dispose: that waits for a callback under way, which in turn waits for the broker's lock.
        Cancellation.Unregister();
        _done.TrySetResult(result);
    }
}
