namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A message inside one entity. Copies of it in other entities share only the sender's part.</summary>
internal sealed class StoredMessage
{
    private static readonly Dictionary<string, object?> NoProperties = [];

    /// <summary>What a message costs in memory beside its payload, roughly: objects, index entries, properties.</summary>
    internal const int OverheadBytes = 512;

    internal required BrokerMessage Message { get; init; }

    internal required BrokerEntity Owner { get; init; }

    internal required long SequenceNumber { get; init; }

    internal required long EnqueuedSequenceNumber { get; init; }

    internal required DateTimeOffset EnqueuedTime { get; init; }

    internal required DateTimeOffset ExpiresAt { get; init; }

    internal required MessageState State { get; set; }

    internal int DeliveryCount { get; set; }

    internal string? DeadLetterReason { get; init; }

    internal string? DeadLetterDescription { get; init; }

    internal string? DeadLetterSource { get; init; }

    internal IReadOnlyDictionary<string, object?> ModifiedProperties { get; private set; } = NoProperties;

    /// <summary>Whether the message is durable; before that nobody may see it.</summary>
    internal bool IsVisible { get; set; }

    internal bool IsRemoved { get; set; }

    /// <summary>Whether it waits for a receiver (in a list of <see cref="AvailableMessages"/>).</summary>
    internal bool IsAvailable { get; set; }

    internal Guid LockToken { get; set; }

    internal DateTimeOffset LockedUntil { get; set; }

    /// <summary>The session lease under which it is locked; null outside sessions.</summary>
    internal SessionLease? Lease { get; set; }

    internal Deadline? LockDeadline { get; set; }

    /// <summary>The moment of expiry, or of activation for a scheduled message.</summary>
    internal Deadline? Timer { get; set; }

    internal bool IsLocked => LockToken != Guid.Empty;

    internal long QuotaBytes => Message.Payload.Length;

    internal long MemoryBytes => Message.Payload.Length + OverheadBytes;

    internal static StoredMessage From(BrokerEntity owner, MessageSnapshot snapshot) => new()
    {
        Message = snapshot.Message,
        Owner = owner,
        SequenceNumber = snapshot.SequenceNumber,
        EnqueuedSequenceNumber = snapshot.EnqueuedSequenceNumber,
        EnqueuedTime = snapshot.EnqueuedTime,
        ExpiresAt = snapshot.ExpiresAt,
        State = snapshot.State,
        DeliveryCount = snapshot.DeliveryCount,
        DeadLetterReason = snapshot.DeadLetterReason,
        DeadLetterDescription = snapshot.DeadLetterDescription,
        DeadLetterSource = snapshot.DeadLetterSource,
        ModifiedProperties = snapshot.ModifiedProperties,
    };

    internal MessageSnapshot ToSnapshot() => new()
    {
        Message = Message,
        SequenceNumber = SequenceNumber,
        EnqueuedSequenceNumber = EnqueuedSequenceNumber,
        EnqueuedTime = EnqueuedTime,
        ExpiresAt = ExpiresAt,
        State = State,
        DeliveryCount = DeliveryCount,
        DeadLetterReason = DeadLetterReason,
        DeadLetterDescription = DeadLetterDescription,
        DeadLetterSource = DeadLetterSource,
        ModifiedProperties = ModifiedProperties,
    };

    /// <summary>Adds to what receivers changed. The map is replaced, never written: snapshots keep the old one.</summary>
    internal void Modify(IReadOnlyDictionary<string, object?>? changes)
    {
        if (changes is not { Count: > 0 })
        {
            return;
        }

        var merged = new Dictionary<string, object?>(ModifiedProperties);
        foreach (var (name, value) in changes)
        {
            merged[name] = value;
        }

        ModifiedProperties = merged;
    }

    internal void SetModified(IReadOnlyDictionary<string, object?> properties) => ModifiedProperties = properties;
}
