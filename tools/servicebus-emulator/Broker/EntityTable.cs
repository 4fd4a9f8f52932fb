using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>The entities of a broker, built from their definitions and found by their addresses.</summary>
internal sealed class EntityTable
{
    private readonly Dictionary<string, BrokerEntity> _byAddress = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<BrokerEntity> _all = [];

    internal IReadOnlyList<BrokerEntity> All => _all;

    internal static EntityTable Build(BrokerKernel kernel, NamespaceDefinition definition)
    {
        var table = new EntityTable();
        foreach (var queue in definition.Queues)
        {
            table.AddQueue(new MessageQueue(kernel, EntitySettings.ForQueue(queue)));
        }

        foreach (var topic in definition.Topics)
        {
            table.AddTopic(kernel, topic);
        }

        foreach (var queue in definition.Queues)
        {
            table.Link(queue.Name, queue);
        }

        foreach (var topic in definition.Topics)
        {
            foreach (var subscription in topic.Subscriptions)
            {
                table.Link($"{topic.Name}/Subscriptions/{subscription.Queue.Name}", subscription.Queue);
            }
        }

        return table;
    }

    internal bool TryFind(string address, [NotNullWhen(true)] out BrokerEntity? entity) =>
        _byAddress.TryGetValue(address, out entity);

    internal void Close(BrokerError reason)
    {
        foreach (var queue in _all.OfType<MessageQueue>())
        {
            queue.Close(reason);
        }
    }

    /// <summary>Everything that must survive, as records that rebuild it.</summary>
    internal IReadOnlyList<BrokerRecord> Capture()
    {
        var records = new List<BrokerRecord>();
        foreach (var entity in _all)
        {
            records.Add(new BrokerRecord.NumbersGiven(entity.Address, entity.Numbers.Last));
            foreach (var (id, time) in entity.Duplicates?.Entries ?? [])
            {
                records.Add(new BrokerRecord.IdRemembered(entity.Address, id, time));
            }

            records.AddRange((entity as MessageQueue)?.Rules?.Capture() ?? []);
            foreach (var session in (entity as MessageQueue)?.Sessions ?? [])
            {
                if (session.State is not null)
                {
                    records.Add(new BrokerRecord.SessionStateSet(
                        entity.Address, session.Id, session.State, session.StateTime));
                }
            }

            foreach (var message in entity.Messages.From(0))
            {
                records.Add(new BrokerRecord.Stored(entity.Address, message.ToSnapshot()));
            }
        }

        return records;
    }

    private void AddQueue(MessageQueue queue)
    {
        Add(queue);
        Add(queue.DeadLetterQueue!);
    }

    private void AddTopic(BrokerKernel kernel, TopicDefinition definition)
    {
        var settings = EntitySettings.ForTopic(definition);
        var topic = new MessageTopic(kernel, settings);
        Add(topic);
        var quota = new RuleQuota(kernel.Options);
        foreach (var subscription in definition.Subscriptions)
        {
            var queueSettings = settings.ForSubscription(subscription.Queue);
            var queue = new MessageQueue(kernel, queueSettings)
            {
                Rules = new SubscriptionRules(kernel, queueSettings.Address, subscription.Rules, quota),
            };
            topic.Add(queue);
            AddQueue(queue);
        }
    }

    private void Add(BrokerEntity entity)
    {
        if (!_byAddress.TryAdd(entity.Address, entity))
        {
            throw new ArgumentException($"The entity '{entity.Address}' is defined twice.");
        }

        _all.Add(entity);
    }

    private void Link(string address, QueueDefinition definition)
    {
        var queue = (MessageQueue)_byAddress[address];
        queue.ForwardTo = Target(address, definition.ForwardTo);
        queue.DeadLetterQueue!.ForwardTo = Target(address, definition.ForwardDeadLetteredMessagesTo);
    }

    private BrokerEntity? Target(string from, string? to)
    {
        if (string.IsNullOrEmpty(to))
        {
            return null;
        }

        return _byAddress.TryGetValue(to, out var entity) && entity.Kind is EntityKind.Queue or EntityKind.Topic
            ? entity
            : throw new ArgumentException($"'{from}' forwards to '{to}', which is no queue or topic.");
    }
}
