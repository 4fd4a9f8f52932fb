namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// One atomic change: its records for the journal, and the messages that become visible when those are durable.
/// </summary>
internal sealed class Operation
{
    private readonly List<BrokerRecord> _records = [];
    private readonly List<StoredMessage> _arrivals = [];

    internal IReadOnlyList<BrokerRecord> Records => _records;

    internal IReadOnlyList<StoredMessage> Arrivals => _arrivals;

    internal void Add(BrokerRecord record) => _records.Add(record);

    /// <summary>Notes a new message. Its record must have been added.</summary>
    internal void AddArrival(StoredMessage message) => _arrivals.Add(message);
}
