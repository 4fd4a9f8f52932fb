using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>A journal whose progress the test decides.</summary>
internal sealed class ManualJournal : IBrokerJournal
{
    private IJournalObserver _observer = null!;

    public bool IsBusy { get; set; }

    public bool IsFull { get; set; }

    public List<IReadOnlyList<BrokerRecord>> Operations { get; } = [];

    public IReadOnlyList<BrokerRecord>? Snapshot { get; private set; }

    public bool WantsSnapshot(long heldBytes) => IsFull;

    public void Attach(IJournalObserver observer) => _observer = observer;

    public long Append(IReadOnlyList<BrokerRecord> operation)
    {
        Operations.Add([.. operation]);
        return Operations.Count;
    }

    public void BeginSnapshot(IReadOnlyList<BrokerRecord> state)
    {
        Snapshot = state;
        IsFull = false;
    }

    /// <summary>Everything appended so far reached the disk.</summary>
    public void Flush() => _observer.OnDurable(Operations.Count);

    public void FlushOnly(int operations) => _observer.OnDurable(operations);

    public void Break() => _observer.OnFailed(new IOException("The disk is full."));
}
