namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// One atomic change: its records for the journal, and the messages that become visible when those are durable.
/// </summary>
internal sealed class Operation
{
    private readonly List<BrokerRecord> _records = [];
    private readonly List<StoredMessage> _arrivals = [];
    private readonly List<StoredMessage> _returns = [];

    internal IReadOnlyList<BrokerRecord> Records => _records;

    internal IReadOnlyList<StoredMessage> Arrivals => _arrivals;

    internal IReadOnlyList<StoredMessage> Returns => _returns;

    internal void Add(BrokerRecord record) => _records.Add(record);

    /// <summary>Notes a new message. Its record must have been added.</summary>
    internal void AddArrival(StoredMessage message) => _arrivals.Add(message);

    /// <summary>
    /// Notes a message that goes back in line. It is offered when the operation's records are in the journal, not
    /// before: a receiver may take it at once, and that is an operation of its own, which must come after this one.
    /// </summary>
    internal void AddReturn(StoredMessage message) => _returns.Add(message);
}
