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

    /// <summary>Sends a message to one connection, as the answer to an event.</summary>
    public void Deliver(HubConnection connection, Delivery delivery)
    {
        lock (_gate)
        {
            if (IsOpenLocked(connection)) FanOutLocked([connection], delivery);
        }
    }

    /// <summary>
    /// Sends one frame to the present socket of a connection: acknowledgements and pongs. They are not kept for another
    /// socket, because a client that lost one asks again.
    /// </summary>
    public void Reply(HubConnection connection, OutboundFrame? frame) => Reply(connection, connection.Outbox, frame);

    /// <summary>Sends one frame to a certain socket of a connection, if that is still the present one.</summary>
    public void Reply(HubConnection connection, Outbox outbox, OutboundFrame? frame)
    {
        if (frame is { } told && outbox.TryEnqueue(told) == OutboxResult.Full)
        {
            EndFrom(connection, outbox, ConnectionEnd.SlowClient);
        }
    }

    /// <summary>Delivers what a fault held back.</summary>
    public void DeliverLate(HubConnection connection, Delivery delivery)
    {
        lock (_gate)
        {
            if (IsOpenLocked(connection) && OfferLocked(connection, delivery, ExpiryOf(delivery)) is { } end)
            {
                EndLocked(connection, end);
            }
        }
    }

    private int FanOutLocked(IEnumerable<HubConnection> targets, Delivery delivery)
    {
        var taken = 0;
        var expiresAt = ExpiryOf(delivery);
        List<(HubConnection, ConnectionEnd)>? failed = null;
        foreach (var connection in targets)
        {
            if (PassLocked(connection, delivery, expiresAt) is { } end) (failed ??= []).Add((connection, end));
            else taken++;
        }

        // Ending changes the sets that are being walked, so it waits for the end of the walk.
        foreach (var (connection, end) in failed ?? []) EndLocked(connection, end);
        return taken;
    }

    // Null when the connection took what came of the message, otherwise why it must end.
    private ConnectionEnd? PassLocked(HubConnection connection, Delivery delivery, long expiresAt)
    {
        if (faults is not { IsActive: true }) return OfferLocked(connection, delivery, expiresAt);
        foreach (var passed in faults.Pass(this, connection, delivery))
        {
            if (OfferLocked(connection, passed, ExpiryOf(passed)) is { } end) return end;
        }

        return null;
    }

    // Null when the connection took the message, otherwise why it must end.
    private ConnectionEnd? OfferLocked(HubConnection connection, Delivery delivery, long expiresAt)
    {
        var frame = delivery.For(connection.Codec) with { ExpiresAt = expiresAt };
        if (connection.Replay is { } replay)
        {
            if (!replay.TryAdd(connection.Codec, frame, time.GetTimestamp(), out frame))
            {
                return ConnectionEnd.Unacknowledged;
            }

            if (!connection.IsOnline) return null;
        }

        return connection.Outbox.TryEnqueue(frame) == OutboxResult.Full ? ConnectionEnd.SlowClient : null;
    }

    private long ExpiryOf(Delivery delivery) => delivery.Ttl is { } ttl
        ? time.GetTimestamp() + (long)(ttl.TotalSeconds * time.TimestampFrequency)
        : OutboundFrame.Never;
}
