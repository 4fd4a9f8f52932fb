namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Rebuilds a broker's entities from records, before anybody can see them.</summary>
internal sealed class BrokerReplay(EntityTable entities)
{
    /// <summary>
    /// Messages of entities that are no longer configured. They are followed to the end: a later record may copy
    /// one into an entity that still is.
    /// </summary>
    private readonly Dictionary<string, Dictionary<long, BrokerMessage>> _lost = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Subscriptions that are no longer configured and whose rules were changed at run time.</summary>
    private readonly SortedSet<string> _lostRules = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What people should know: what was left out since its entity is no longer configured.</summary>
    internal IReadOnlyList<string> Notes =>
    [
        .. _lost
            .Where(entity => entity.Value.Count > 0)
            .OrderBy(entity => entity.Key, StringComparer.Ordinal)
            .Select(entity => $"{entity.Value.Count} messages of '{entity.Key}' are left out: it is no longer configured."),
        .. _lostRules.Select(address => $"The rules of '{address}' are left out: it is no longer configured."),
    ];

    internal void Apply(BrokerRecord record)
    {
        switch (record)
        {
            case BrokerRecord.Stored stored:
                Store(stored.Entity, stored.Message);
                break;
            case BrokerRecord.Copied copied:
                Copy(copied);
                break;
            case BrokerRecord.Removed removed:
                Remove(removed);
                break;
            case BrokerRecord.Changed changed:
                Change(changed);
                break;
            case BrokerRecord.SessionStateSet set:
                (Find(set.Entity) as MessageQueue)?.RestoreSession(set.SessionId, set.State, set.Time);
                break;
            case BrokerRecord.IdRemembered remembered:
                Find(remembered.Entity)?.Duplicates?.Remember(remembered.MessageId, remembered.Time);
                break;
            case BrokerRecord.NumbersGiven given:
                Find(given.Entity)?.Numbers.Reached(given.Last);
                break;
            case BrokerRecord.RuleAdded added:
                FindRules(added.Entity)?.Restore(added.Rule);
                break;
            case BrokerRecord.RuleRemoved rule:
                FindRules(rule.Entity)?.Forget(rule.Rule);
                break;
            default:
                throw new InvalidOperationException($"The record {record.GetType().Name} is unknown.");
        }
    }

    /// <summary>Shows receivers what was restored, in the order of the numbers.</summary>
    internal void Finish()
    {
        foreach (var entity in entities.All)
        {
            foreach (var message in entity.Messages.From(0).ToArray())
            {
                entity.Arrive(message);
            }
        }
    }

    private void Store(string address, MessageSnapshot snapshot)
    {
        if (Find(address) is { } entity)
        {
            entity.Restore(StoredMessage.From(entity, snapshot));
            return;
        }

        if (!_lost.TryGetValue(address, out var messages))
        {
            messages = [];
            _lost.Add(address, messages);
        }

        messages[snapshot.SequenceNumber] = snapshot.Message;
    }

    private void Copy(BrokerRecord.Copied copied)
    {
        BrokerMessage? message = null;
        if (Find(copied.Source) is { } source)
        {
            message = Find(source, copied.SourceNumber).Message;
        }
        else
        {
            _lost.GetValueOrDefault(copied.Source)?.TryGetValue(copied.SourceNumber, out message);
        }

        if (message is null)
        {
            throw Damaged($"copies the message {copied.SourceNumber} of '{copied.Source}'");
        }

        Store(copied.Entity, copied.Message with { Message = message });
    }

    private void Remove(BrokerRecord.Removed removed)
    {
        if (Find(removed.Entity) is { } entity)
        {
            entity.Forget(Find(entity, removed.SequenceNumber));
        }
        else
        {
            _lost.GetValueOrDefault(removed.Entity)?.Remove(removed.SequenceNumber);
        }
    }

    private void Change(BrokerRecord.Changed changed)
    {
        if (Find(changed.Entity) is { } entity)
        {
            var message = Find(entity, changed.SequenceNumber);
            message.State = changed.State;
            message.DeliveryCount = changed.DeliveryCount;
            message.SetModified(changed.ModifiedProperties);
        }
    }

    private SubscriptionRules? FindRules(string address)
    {
        var rules = (Find(address) as MessageQueue)?.Rules;
        if (rules is null)
        {
            _lostRules.Add(address);
        }

        return rules;
    }

    private BrokerEntity? Find(string address) => entities.TryFind(address, out var entity) ? entity : null;

    private static StoredMessage Find(BrokerEntity entity, long sequenceNumber) =>
        entity.Messages.TryFind(sequenceNumber, out var message)
            ? message
            : throw Damaged($"names the message {sequenceNumber} of '{entity.Address}'");

    private static InvalidDataException Damaged(string what) =>
        new($"The journal contradicts itself: a record {what}, which is not there.");
}
