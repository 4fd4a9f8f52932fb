using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A topic: each message goes to every subscription whose rules it matches.</summary>
public sealed class MessageTopic : BrokerEntity
{
    private readonly List<MessageQueue> _subscriptions = [];

    internal MessageTopic(BrokerKernel kernel, EntitySettings settings)
        : base(kernel, settings)
    {
    }

    /// <summary>The subscriptions, in the order of the configuration.</summary>
    public IReadOnlyList<MessageQueue> Subscriptions => _subscriptions;

    internal void Add(MessageQueue subscription) => _subscriptions.Add(subscription);

    internal override void Plan(RoutePlan plan, Routed message)
    {
        if (!message.IsKnown && !plan.TryRemember(this, message.Message))
        {
            return;
        }

        var number = plan.GiveNumber(this);
        var subject = new FilterSubject(message.Message, message.EnqueuedTime, number, Kernel.NewLockToken);
        foreach (var queue in _subscriptions)
        {
            if (queue.Rules!.IsMatch(subject))
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
