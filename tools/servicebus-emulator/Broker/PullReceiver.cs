namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// A receiver that is asked instead of called: for callers within the process (tests, simulation) that have no
/// link with credit.
/// </summary>
public sealed class PullReceiver
{
    /// <summary>Opens a receiver of a queue without sessions.</summary>
    public static BrokerResult<PullReceiver> Open(MessageQueue queue, ReceiveMode mode) =>
        throw new NotImplementedException();

    /// <summary>Opens the receiver of a session held.</summary>
    public static BrokerResult<PullReceiver> Open(SessionLease lease, ReceiveMode mode) =>
        throw new NotImplementedException();

    /// <summary>
    /// Receives at least one and up to <paramref name="maxCount"/> messages: what is there at once, else the first
    /// that comes within <paramref name="maxWait"/>; an empty list when none came. One call at a time.
    /// </summary>
    public Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveAsync(
        int maxCount, TimeSpan maxWait, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ends the receiver; a call under way ends with OperationCancelled.</summary>
    public void Close() => throw new NotImplementedException();
}
