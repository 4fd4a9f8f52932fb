namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Where the messages of one operation will go, worked out before anything changes, so that a send is accepted as
/// a whole or refused as a whole.
/// </summary>
internal sealed class RoutePlan(BrokerKernel kernel)
{
    private readonly List<(BrokerEntity Entity, Routed Message, MessageState State)> _placements = [];
    private readonly List<(BrokerEntity Entity, string MessageId)> _ids = [];
    private readonly HashSet<(BrokerEntity Entity, string MessageId)> _seen = [];
    private readonly List<BrokerEntity> _duplicates = [];
    private readonly List<BrokerEntity> _numbered = [];
    private readonly List<(BrokerEntity Entity, long Bytes)> _forwarded = [];

    internal DateTimeOffset Now => kernel.Now;

    internal int MaxForwardHops => kernel.Options.MaxForwardHops;

    internal void Place(BrokerEntity entity, Routed message, MessageState state) =>
        _placements.Add((entity, message, state));

    /// <summary>Notes that an entity gave out a number without keeping a message under it.</summary>
    internal long GiveNumber(BrokerEntity entity)
    {
        if (!_numbered.Contains(entity))
        {
            _numbered.Add(entity);
        }

        return entity.Numbers.Next();
    }

    /// <summary>Notes that an entity hands a message on.</summary>
    internal void Forward(BrokerEntity entity, BrokerMessage message) => _forwarded.Add((entity, message.Payload.Length));

    /// <summary>False when the entity has seen the message's id within its window, or earlier in this plan.</summary>
    internal bool TryRemember(BrokerEntity entity, BrokerMessage message)
    {
        if (entity.Duplicates is not { } history || message.MessageId is not { } id)
        {
            return true;
        }

        if (history.Contains(id, Now) || !_seen.Add((entity, id)))
        {
            _duplicates.Add(entity);
            return false;
        }

        _ids.Add((entity, id));
        return true;
    }

    /// <summary>The first quota that has no room for the plan, as an error.</summary>
    internal BrokerError? FindQuotaError()
    {
        var needed = new Dictionary<SizeQuota, (long Bytes, BrokerEntity Entity)>();
        long total = 0;
        foreach (var (entity, routed, _) in _placements)
        {
            needed[entity.Quota] = (needed.GetValueOrDefault(entity.Quota).Bytes + routed.Message.Payload.Length, entity);
            total += routed.Message.Payload.Length + StoredMessage.OverheadBytes;
        }

        foreach (var (quota, (bytes, entity)) in needed)
        {
            if (!quota.HasRoomFor(bytes))
            {
                return new BrokerError(
                    BrokerErrorCode.QuotaExceeded,
                    $"'{entity.Address}' has no room for {bytes} bytes: it holds {quota.UsedBytes} of {quota.MaxBytes}.");
            }
        }

        return kernel.TotalQuota.HasRoomFor(total)
            ? null
            : new BrokerError(
                BrokerErrorCode.QuotaExceeded,
                $"The broker has no memory for {total} bytes: it holds {kernel.TotalQuota.UsedBytes} of "
                + $"{kernel.TotalQuota.MaxBytes}.");
    }

    /// <summary>Puts the messages into their entities; they become visible when the operation is durable.</summary>
    /// <param name="operation">Takes the records.</param>
    /// <param name="source">A message of an entity that has the same sender's part already, if any.</param>
    internal IReadOnlyList<StoredMessage> Apply(Operation operation, StoredMessage? source)
    {
        var stored = new List<StoredMessage>(_placements.Count);
        _duplicates.ForEach(entity => entity.Counters.Duplicates++);
        _forwarded.ForEach(forwarded => forwarded.Entity.Counters.Billed(forwarded.Bytes));
        foreach (var (entity, id) in _ids)
        {
            entity.Duplicates!.Remember(id, Now);
            operation.Add(new BrokerRecord.IdRemembered(entity.Address, id, Now));
        }

        foreach (var entity in _numbered)
        {
            operation.Add(new BrokerRecord.NumbersGiven(entity.Address, entity.Numbers.Last));
        }

        foreach (var (entity, routed, state) in _placements)
        {
            var message = entity.Store(routed, state);
            operation.Add(RecordOf(message, source));
            operation.AddArrival(message);
            stored.Add(message);
            source = message;
        }

        return stored;
    }

    private static BrokerRecord RecordOf(StoredMessage message, StoredMessage? source) =>
        source is not null && ReferenceEquals(source.Message, message.Message)
            ? new BrokerRecord.Copied(
                message.Owner.Address, message.ToSnapshot(), source.Owner.Address, source.SequenceNumber)
            : new BrokerRecord.Stored(message.Owner.Address, message.ToSnapshot());
}
