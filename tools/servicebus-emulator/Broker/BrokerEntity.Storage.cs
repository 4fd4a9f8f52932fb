namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <content>Messages coming in, being scheduled, and leaving.</content>
public abstract partial class BrokerEntity
{
    /// <summary>Keeps a message that an operation brings; nobody sees it before <see cref="Arrive"/>.</summary>
    internal StoredMessage Store(Routed routed, MessageState state)
    {
        var number = routed.KeptNumber ?? Numbers.Next();
        var message = new StoredMessage
        {
            Message = routed.Message,
            Owner = this,
            SequenceNumber = number,
            EnqueuedSequenceNumber = routed.EnqueuedNumber ?? number,
            EnqueuedTime = routed.EnqueuedTime,
            ExpiresAt = ExpiryOf(routed),
            State = state,
            DeliveryCount = routed.DeliveryCount,
            DeadLetterReason = routed.DeadLetterReason,
            DeadLetterDescription = routed.DeadLetterDescription,
            DeadLetterSource = routed.DeadLetterSource,
        };
        message.Modify(routed.ModifiedProperties);
        Add(message);
        return message;
    }

    /// <summary>Makes a message visible: it is durable.</summary>
    internal void Arrive(StoredMessage message)
    {
        message.IsVisible = true;
        if (message.State == MessageState.Scheduled)
        {
            message.Timer = Kernel.At(
                message.Message.ScheduledEnqueueTime ?? Kernel.Now, static state => Activate((StoredMessage)state), message);
        }
        else
        {
            ArriveActive(message);
        }
    }

    /// <summary>Keeps a message that the journal tells of.</summary>
    internal void Restore(StoredMessage message)
    {
        Numbers.Reached(message.SequenceNumber);
        Add(message);
    }

    /// <summary>Forgets a message that the journal tells has left.</summary>
    internal void Forget(StoredMessage message)
    {
        message.IsRemoved = true;
        Messages.Remove(message);
        Quota.Change(-message.QuotaBytes);
        Kernel.TotalQuota.Change(-message.MemoryBytes);
    }

    private protected void Remove(Operation operation, StoredMessage message)
    {
        Kernel.Cancel(message.Timer);
        Detach(message);
        Forget(message);
        operation.Add(new BrokerRecord.Removed(Address, message.SequenceNumber));
    }

    /// <summary>Removes a message and puts it where <paramref name="destination"/> says, in one operation.</summary>
    private protected void Move(Operation operation, StoredMessage message, BrokerEntity destination, Routed routed)
    {
        var plan = new RoutePlan(Kernel);
        destination.Plan(plan, routed);
        plan.Apply(operation, message);
        Remove(operation, message);
    }

    private static void Activate(StoredMessage message)
    {
        var operation = new Operation();
        var owner = message.Owner;
        owner.Move(operation, message, owner, new Routed
        {
            Message = message.Message,
            EnqueuedTime = owner.Kernel.Now,
            IsKnown = true,
        });
        owner.Kernel.Commit(operation, null);
    }

    private void Add(StoredMessage message)
    {
        Messages.Add(message);
        Quota.Change(message.QuotaBytes);
        Kernel.TotalQuota.Change(message.MemoryBytes);
    }

    private DateTimeOffset ExpiryOf(Routed routed)
    {
        if (Kind == EntityKind.DeadLetterQueue)
        {
            return routed.KeptExpiry ?? DateTimeOffset.MaxValue;
        }

        var life = Settings.DefaultTimeToLive;
        life = routed.MaxTimeToLive < life ? routed.MaxTimeToLive : life;
        life = routed.Message.TimeToLive is { } own && own < life ? own : life;
        return life < DateTimeOffset.MaxValue - routed.EnqueuedTime ? routed.EnqueuedTime + life : DateTimeOffset.MaxValue;
    }
}
