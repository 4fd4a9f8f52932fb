namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <content>Locks that end before their time, on command.</content>
public sealed partial class MessageQueue
{
    /// <summary>
    /// Ends the locks that are chosen, as if they had run out: of sessions (by their id) first, then of messages outside
    /// sessions (by the id of the message), in their order. One that is stolen is locked again at once, for somebody who
    /// neither settles nor renews: until that lock runs out too, nobody else gets the message or session.
    /// </summary>
    internal void EndLocks(Func<string?, string?, bool> isChosen, bool isStolen)
    {
        using var scope = Kernel.Enter();
        foreach (var lease in Sessions.Select(session => session.Lease).OfType<SessionLease>().ToArray())
        {
            if (isChosen(lease.SessionId, null))
            {
                lease.EndEarly(isStolen);
            }
        }

        var messages = _locked.Values.Where(message => message.Lease is null).OrderBy(message => message.SequenceNumber);
        foreach (var message in messages.ToArray())
        {
            if (isChosen(message.Message.SessionId, message.Message.MessageId))
            {
                EndEarly(message, isStolen);
            }
        }
    }

    private void EndEarly(StoredMessage message, bool isStolen)
    {
        if (!isStolen || message.DeliveryCount + 1 >= Settings.MaxDeliveryCount)
        {
            OnLockExpired(message);
            return;
        }

        Counters.LocksExpired++;
        message.DeliveryCount++;
        Unlock(message);
        var operation = new Operation();
        operation.Add(ChangeOf(message));
        Kernel.Commit(operation, null);
        Lock(message, null);
    }
}
