namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <content>Locks and what ends them.</content>
public sealed partial class MessageQueue
{
    private static readonly BrokerError NotByMessage = new(
        BrokerErrorCode.NotAllowed, "A message of a session has no lock of its own: renew the session's.");

    private readonly Dictionary<Guid, StoredMessage> _locked = [];

    /// <summary>
    /// Settles a locked message by its token, whichever receiver it was handed to. Done when durable; null means
    /// success. In a queue with sessions the error of a lost lock is SessionLockLost, else MessageLockLost.
    /// </summary>
    public Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement)
    {
        using var scope = Kernel.Enter();
        return SettleAsync(lockToken, settlement, null);
    }

    /// <summary>Extends a message's lock to a full lock duration from now. Not for sessions: they renew as a whole.</summary>
    public BrokerResult<DateTimeOffset> RenewLock(Guid lockToken)
    {
        using var scope = Kernel.Enter();
        if (Kernel.Ended is { } ended)
        {
            return ended;
        }

        if (RequiresSession)
        {
            return NotByMessage;
        }

        if (!_locked.TryGetValue(lockToken, out var message))
        {
            return LockLost(lockToken);
        }

        Counters.LocksRenewed++;
        Counters.Billed();
        StartLock(message);
        return message.LockedUntil;
    }

    /// <summary>Receives deferred messages by sequence number, all or none. For sessions see the lease.</summary>
    public Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveDeferredAsync(
        IReadOnlyList<long> sequenceNumbers, ReceiveMode mode)
    {
        using var scope = Kernel.Enter();
        if (RequiresSession)
        {
            return Completed.Refusal<IReadOnlyList<Delivery>>(new BrokerError(
                BrokerErrorCode.NotAllowed, $"'{Address}' requires sessions: receive by the session's receiver."));
        }

        return ReceiveDeferredAsync(sequenceNumbers, mode, null);
    }

    internal Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement, SessionLease? lease)
    {
        if ((Kernel.Ended ?? PropertyValue.FindError(settlement.PropertiesToModify)) is { } error)
        {
            return Completed.With(error);
        }

        if (!_locked.TryGetValue(lockToken, out var message) || (lease is not null && message.Lease != lease))
        {
            return Completed.With(LockLost(lockToken));
        }

        Counters.Billed();
        var operation = new Operation();
        Apply(operation, message, settlement);
        return Kernel.CommitAsync(operation);
    }

    internal Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveDeferredAsync(
        IReadOnlyList<long> sequenceNumbers, ReceiveMode mode, SessionLease? lease)
    {
        if (Kernel.Ended is { } ended)
        {
            return Completed.Refusal<IReadOnlyList<Delivery>>(ended);
        }

        if (FindDeferred(sequenceNumbers, lease, out var found) is { } error)
        {
            return Completed.Refusal<IReadOnlyList<Delivery>>(error);
        }

        var operation = new Operation();
        var deliveries = new List<Delivery>(found.Count);
        foreach (var message in found)
        {
            Counters.Received(message.Message.Payload.Length);
            deliveries.Add(mode == ReceiveMode.PeekLock
                ? Lock(message, lease)
                : new Delivery(message.ToSnapshot(), Guid.Empty, null));
            if (mode == ReceiveMode.ReceiveAndDelete)
            {
                Remove(operation, message);
            }
        }

        var done = new TaskCompletionSource<BrokerResult<IReadOnlyList<Delivery>>>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        Kernel.Commit(operation, failure => done.SetResult(failure is null
            ? BrokerResult.Success<IReadOnlyList<Delivery>>(deliveries)
            : BrokerResult.Refusal<IReadOnlyList<Delivery>>(failure)));
        return done.Task;
    }

    /// <summary>Locks a message for a receiver, under a session's lease if there is one.</summary>
    internal Delivery Lock(StoredMessage message, SessionLease? lease)
    {
        message.LockToken = Kernel.NewLockToken();
        message.Lease = lease;
        _locked.Add(message.LockToken, message);
        if (lease is null)
        {
            StartLock(message);
        }
        else
        {
            message.LockedUntil = lease.LockEnd;
            lease.Hold(message);
        }

        return new Delivery(message.ToSnapshot(), message.LockToken, message.LockedUntil);
    }

    /// <summary>Removes a message for receive-and-delete.</summary>
    internal void Take(StoredMessage message, Action<BrokerError?> done)
    {
        var operation = new Operation();
        Remove(operation, message);
        Kernel.Commit(operation, done);
    }

    /// <summary>Gives back a message that its receiver never saw, if it is locked still.</summary>
    internal void GiveBack(Guid lockToken)
    {
        using var scope = Kernel.Enter();
        if (Kernel.Ended is null && _locked.TryGetValue(lockToken, out var message))
        {
            GiveBack(message);
        }
    }

    /// <summary>Puts a locked message back where it was; its delivery count stays.</summary>
    internal void GiveBack(StoredMessage message)
    {
        Unlock(message);
        if (message.State == MessageState.Active)
        {
            Offer(message);
        }
    }

    /// <summary>The locks on these messages ran out: each has one failed delivery more.</summary>
    internal void Fail(IReadOnlyList<StoredMessage> messages)
    {
        var operation = new Operation();
        foreach (var message in messages)
        {
            Fail(operation, message);
        }

        Kernel.Commit(operation, null);
    }

    private static void OnLockExpired(StoredMessage message)
    {
        var queue = (MessageQueue)message.Owner;
        queue.Counters.LocksExpired++;
        queue.Fail([message]);
    }

    private void Apply(Operation operation, StoredMessage message, Settlement settlement)
    {
        message.Modify(settlement.PropertiesToModify);
        switch (settlement)
        {
            case Settlement.Complete:
                Counters.Completed++;
                Remove(operation, message);
                break;
            case Settlement.Abandon:
                Counters.Abandoned++;
                Fail(operation, message);
                break;
            case Settlement.Defer:
                Counters.Deferred++;
                Unlock(message);
                message.State = MessageState.Deferred;
                operation.Add(ChangeOf(message));
                break;
            case Settlement.DeadLetter { Reason: var reason, Description: var description } when DeadLetterQueue is not null:
                MoveToDeadLetters(operation, message, reason, description);
                break;
            case Settlement.DeadLetter:
                // There is nowhere to go from a dead-letter queue: it stays, in line again.
                Unlock(message);
                operation.Add(ChangeOf(message));
                operation.AddReturn(message);
                break;
            default:
                throw new InvalidOperationException($"The settlement {settlement.GetType().Name} is unknown.");
        }
    }

    private void Fail(Operation operation, StoredMessage message)
    {
        message.DeliveryCount++;
        if (message.DeliveryCount >= Settings.MaxDeliveryCount)
        {
            MoveToDeadLetters(
                operation, message, DeliveriesExceeded, $"It was delivered {message.DeliveryCount} times without success.");
            return;
        }

        Unlock(message);
        operation.Add(ChangeOf(message));
        if (message.State == MessageState.Active)
        {
            operation.AddReturn(message);
        }
    }

    private void StartLock(StoredMessage message)
    {
        Kernel.Cancel(message.LockDeadline);
        message.LockedUntil = Kernel.Now + LockDuration;
        message.LockDeadline = Kernel.At(
            message.LockedUntil, static state => OnLockExpired((StoredMessage)state), message);
    }

    private void Unlock(StoredMessage message)
    {
        Kernel.Cancel(message.LockDeadline);
        _locked.Remove(message.LockToken);
        message.Lease?.LetGo(message);
        message.Lease = null;
        message.LockToken = Guid.Empty;
        message.LockDeadline = null;
    }

    private BrokerError? FindDeferred(
        IReadOnlyList<long> sequenceNumbers, SessionLease? lease, out List<StoredMessage> found)
    {
        found = new List<StoredMessage>(sequenceNumbers.Count);
        foreach (var number in sequenceNumbers.Distinct())
        {
            if (!Messages.TryFind(number, out var message)
                || message is { IsVisible: false } or { IsLocked: true } or { State: not MessageState.Deferred }
                || (lease is not null && message.Message.SessionId != lease.SessionId))
            {
                return NotDeferred(number);
            }

            // Azure looks at a deferred message's time to live only now.
            if (IsExpired(message))
            {
                Expire(message);
                return NotDeferred(number);
            }

            found.Add(message);
        }

        return null;
    }

    private BrokerError NotDeferred(long number) => new(
        BrokerErrorCode.MessageNotFound, $"'{Address}' has no deferred message {number} to receive.");

    private BrokerRecord.Changed ChangeOf(StoredMessage message) => new(
        Address, message.SequenceNumber, message.State, message.DeliveryCount, message.ModifiedProperties);

    private BrokerError LockLost(Guid lockToken) => new(
        RequiresSession ? BrokerErrorCode.SessionLockLost : BrokerErrorCode.MessageLockLost,
        $"'{Address}' has no lock {lockToken}: it ran out, was settled, or is another receiver's.");
}
