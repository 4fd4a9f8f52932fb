namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// One change that must survive. Applied in order from the first to the last they rebuild what the broker holds,
/// locks excepted. Entities are named by their address. The derived records are all there are.
/// </summary>
public abstract record BrokerRecord
{
    private BrokerRecord()
    {
    }

    /// <summary>A message came into an entity.</summary>
    public sealed record Stored(string Entity, MessageSnapshot Message) : BrokerRecord;

    /// <summary>
    /// A message came into an entity that has the sender's part in common with one that is there already; only
    /// the broker's part is written (the snapshot's sender part is not).
    /// </summary>
    public sealed record Copied(string Entity, MessageSnapshot Message, string Source, long SourceNumber) : BrokerRecord;

    /// <summary>A message left an entity.</summary>
    public sealed record Removed(string Entity, long SequenceNumber) : BrokerRecord;

    /// <summary>A message was deferred, or a delivery of it failed.</summary>
    public sealed record Changed(
        string Entity,
        long SequenceNumber,
        MessageState State,
        int DeliveryCount,
        IReadOnlyDictionary<string, object?> ModifiedProperties) : BrokerRecord;

    /// <summary>A session's state was set, or cleared with null.</summary>
    public sealed record SessionStateSet(
        string Entity, string SessionId, ReadOnlyMemory<byte>? State, DateTimeOffset Time) : BrokerRecord;

    /// <summary>An entity accepted a message id, for duplicate detection.</summary>
    public sealed record IdRemembered(string Entity, string MessageId, DateTimeOffset Time) : BrokerRecord;

    /// <summary>An entity gave out sequence numbers up to this one.</summary>
    public sealed record NumbersGiven(string Entity, long Last) : BrokerRecord;

    /// <summary>A rule was added to a subscription at run time.</summary>
    public sealed record RuleAdded(string Entity, RuleDefinition Rule) : BrokerRecord;

    /// <summary>A rule of a subscription was removed at run time.</summary>
    public sealed record RuleRemoved(string Entity, string Rule) : BrokerRecord;
}
