namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Where the broker writes what must survive. Without one (tests, simulation) everything counts as durable at
/// once. All members are called under the broker's lock: they must not block and must not call back from within.
/// </summary>
public interface IBrokerJournal
{
    /// <summary>Whether so much waits to be written that senders should come back later.</summary>
    bool IsBusy { get; }

    /// <summary>Whether enough of the log is superfluous that a snapshot is worth its cost.</summary>
    /// <param name="heldBytes">About what the broker holds, and what a snapshot would have to write.</param>
    bool WantsSnapshot(long heldBytes);

    /// <summary>Says whom to tell what became durable. Called once, before anything else.</summary>
    void Attach(IJournalObserver observer);

    /// <summary>
    /// Takes one operation, all of whose records become durable together or not at all, and returns its position;
    /// positions rise. The records must be encoded, or kept, before it returns.
    /// </summary>
    long Append(IReadOnlyList<BrokerRecord> operation);

    /// <summary>
    /// Takes the whole state as of the operations appended so far; once it is durable the log before it may go.
    /// </summary>
    void BeginSnapshot(IReadOnlyList<BrokerRecord> state);
}

/// <summary>Whom a journal tells about its progress.</summary>
public interface IJournalObserver
{
    /// <summary>Everything up to this position is durable.</summary>
    void OnDurable(long position);

    /// <summary>Nothing can be written any more.</summary>
    void OnFailed(Exception reason);
}
