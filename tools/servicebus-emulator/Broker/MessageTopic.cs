namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A topic: each message goes to every subscription whose rules it matches.</summary>
public sealed class MessageTopic : BrokerEntity
{
    private readonly List<(MessageQueue Queue, IReadOnlyList<RuleDefinition> Rules)> _subscriptions = [];

    internal MessageTopic(BrokerKernel kernel, EntitySettings settings)
        : base(kernel, settings)
    {
    }

    /// <summary>The subscriptions, in the order of the configuration.</summary>
    public IReadOnlyList<MessageQueue> Subscriptions => [.. _subscriptions.Select(subscription => subscription.Queue)];

    internal void Add(MessageQueue subscription, IReadOnlyList<RuleDefinition> rules) =>
        _subscriptions.Add((subscription, rules));

    internal override void Plan(RoutePlan plan, Routed message)
    {
        if (!message.IsKnown && !plan.TryRemember(this, message.Message))
        {
            return;
        }

        var number = plan.GiveNumber(this);
        foreach (var (queue, rules) in _subscriptions)
        {
            if (FilterEvaluator.IsMatch(rules, message.Message))
            {
                queue.Plan(plan, message with
                {
                    IsKnown = false,
                    ForwardedBy = null,
                    EnqueuedNumber = message.EnqueuedNumber ?? number,
                    MaxTimeToLive = Settings.DefaultTimeToLive,
                });
            }
        }
    }

    /// <summary>A topic holds scheduled messages only.</summary>
    private protected override void ArriveActive(StoredMessage message) =>
        throw new InvalidOperationException($"The topic '{Address}' cannot hold the message {message.SequenceNumber}.");
}
