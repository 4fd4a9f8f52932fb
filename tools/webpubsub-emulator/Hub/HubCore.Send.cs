namespace ServerlessGateway.WebPubSubEmulator.Hub;

internal sealed partial class HubCore
{
    /// <summary>
    /// Puts a message into the outbox of every chosen connection and returns how many took it. A client whose outbox is
    /// full is ended as slow; nobody waits for it.
    /// </summary>
    public int Send(Target target, SendScope scope, Delivery delivery)
    {
        lock (_gate) return FanOutLocked(SelectLocked(target, scope), delivery);
    }

    /// <summary>Sends to a group on a client's own request; false when it lacks the right to.</summary>
    public bool SendToGroupAsClient(HubConnection sender, GroupName group, MessageData data, bool noEcho)
    {
        lock (_gate)
        {
            if (!sender.Permissions.Allows(GroupPermission.SendToGroup, group)) return false;
            var scope = noEcho
                ? new SendScope(new HashSet<string>(StringComparer.Ordinal) { sender.Id }, null)
                : SendScope.Everyone;
            var delivery = Delivery.FromGroup(group, data, sender.UserId);
            FanOutLocked(SelectLocked(new Target.Group(group), scope), delivery);
            return true;
        }
    }

    /// <summary>Sends one frame to one connection: acknowledgements, pongs and answers.</summary>
    public void Reply(HubConnection connection, OutboundFrame frame)
    {
        if (connection.Outbox.TryEnqueue(frame) == OutboxResult.Full) End(connection, ConnectionEnd.SlowClient);
    }

    private int FanOutLocked(IEnumerable<HubConnection> targets, Delivery delivery)
    {
        var taken = 0;
        List<HubConnection>? slow = null;
        foreach (var connection in targets)
        {
            var result = connection.Outbox.TryEnqueue(delivery.For(connection.Spec.Protocol));
            if (result == OutboxResult.Queued) taken++;
            // Ending changes the sets that are being walked, so it waits for the end of the walk.
            else if (result == OutboxResult.Full) (slow ??= []).Add(connection);
        }

        foreach (var connection in slow ?? []) EndLocked(connection, ConnectionEnd.SlowClient);
        return taken;
    }
}
