namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <content>How messages come into the queue and leave it without a receiver.</content>
public sealed partial class MessageQueue
{
    // The reasons that Azure gives, for its users' filters and alarms.
    private const string SessionIdMissing = "Session ID is null.";
    private const string HopsExceeded = "MaxTransferHopCountExceeded";
    private const string TimeToLiveExpired = "TTLExpiredException";
    private const string DeliveriesExceeded = "MaxDeliveryCountExceeded";

    /// <summary>Works out where a message goes that reached this queue.</summary>
    internal override void Plan(RoutePlan plan, Routed message)
    {
        if (!message.IsKnown && !plan.TryRemember(this, message.Message))
        {
            return;
        }

        if (ForwardTo is not null)
        {
            PlanForward(plan, message);
        }
        else if (RequiresSession && message.Message.SessionId is null)
        {
            var by = message.ForwardedBy ?? this;
            by.PlanDeadLetter(plan, message.DeadLettered(SessionIdMissing, $"'{Address}' requires sessions."));
        }
        else
        {
            plan.Place(this, message, MessageState.Active);
        }
    }

    /// <summary>Puts a message in line for receivers, or ends it when its time is over.</summary>
    internal void Offer(StoredMessage message)
    {
        if (IsExpired(message))
        {
            Expire(message);
        }
        else
        {
            Distribution.Add(message);
        }
    }

    private protected override void ArriveActive(StoredMessage message)
    {
        // Only a journal can bring such a message: the queue had no sessions when it was accepted.
        if (RequiresSession && message.Message.SessionId is null)
        {
            var operation = new Operation();
            MoveToDeadLetters(operation, message, SessionIdMissing, $"'{Address}' requires sessions now.");
            Kernel.Commit(operation, null);
            return;
        }

        Distribution.Arrived(message);
        if (message.State == MessageState.Deferred)
        {
            return;
        }

        if (CanExpire(message))
        {
            message.Timer = Kernel.At(message.ExpiresAt, static state => OnExpiry((StoredMessage)state), message);
        }

        Offer(message);
    }

    private protected override void Detach(StoredMessage message)
    {
        if (message.IsLocked)
        {
            Unlock(message);
        }

        if (message.IsAvailable)
        {
            Distribution.Forget(message);
        }

        // A scheduled message never arrived as far as receivers are concerned.
        if (message is { IsVisible: true, State: not MessageState.Scheduled }
            && !(RequiresSession && message.Message.SessionId is null))
        {
            Distribution.Left(message);
        }
    }

    private static void OnExpiry(StoredMessage message)
    {
        // A locked message is its receiver's; a deferred one is looked at when somebody asks for it.
        if (message.IsAvailable)
        {
            ((MessageQueue)message.Owner).Expire(message);
        }
    }

    /// <summary>A dead letter keeps the time of its life as it was, for people to read.</summary>
    private bool CanExpire(StoredMessage message) =>
        Kind != EntityKind.DeadLetterQueue && message.ExpiresAt < DateTimeOffset.MaxValue;

    private bool IsExpired(StoredMessage message) => CanExpire(message) && message.ExpiresAt <= Kernel.Now;

    private void Expire(StoredMessage message)
    {
        Counters.Expired++;
        var operation = new Operation();
        if (Settings.DeadLettersExpired)
        {
            MoveToDeadLetters(operation, message, TimeToLiveExpired, $"It expired at {message.ExpiresAt:O}.");
        }
        else
        {
            Remove(operation, message);
        }

        Kernel.Commit(operation, null);
    }

    private void MoveToDeadLetters(Operation operation, StoredMessage message, string? reason, string? description)
    {
        Counters.DeadLettered++;
        Move(operation, message, DeadLetterQueue!, new Routed
        {
            Message = message.Message,
            KeptNumber = message.SequenceNumber,
            KeptExpiry = message.ExpiresAt,
            EnqueuedNumber = message.EnqueuedSequenceNumber,
            EnqueuedTime = message.EnqueuedTime,
            DeliveryCount = message.DeliveryCount,
            ModifiedProperties = message.ModifiedProperties,
            DeadLetterReason = reason,
            DeadLetterDescription = description,
        });
    }

    private void PlanForward(RoutePlan plan, Routed message)
    {
        if (message.Hops >= plan.MaxForwardHops)
        {
            var refused = message.DeadLettered(
                HopsExceeded, $"It was forwarded {plan.MaxForwardHops} times and should move on from '{Address}'.");
            PlanDeadLetter(plan, refused);
            return;
        }

        plan.Forward(this, message.Message);
        ForwardTo!.Plan(plan, message.Forwarded(this, plan.Now) with
        {
            EnqueuedNumber = message.EnqueuedNumber ?? message.KeptNumber ?? plan.GiveNumber(this),
            DeadLetterSource = Kind == EntityKind.DeadLetterQueue ? Settings.Parent : message.DeadLetterSource,
        });
    }

    /// <summary>Plans a message into the dead-letter queue; a dead-letter queue that cannot forward keeps it itself.</summary>
    private void PlanDeadLetter(RoutePlan plan, Routed message)
    {
        if (DeadLetterQueue is null)
        {
            plan.Place(this, message, MessageState.Active);
            return;
        }

        Counters.DeadLettered++;
        DeadLetterQueue.Plan(plan, message);
    }
}
