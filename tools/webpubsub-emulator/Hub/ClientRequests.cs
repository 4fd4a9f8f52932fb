namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What came of a user event that was raised for a client.</summary>
internal abstract record EventOutcome
{
    /// <summary>The handler took it; its answer, if any, goes to the client.</summary>
    public sealed record Handled(MessageData? Answer, string? State) : EventOutcome;

    /// <summary>It reached no handler, or the handler failed: the connection ends with this.</summary>
    public sealed record Failed(ConnectionEnd End) : EventOutcome;
}

/// <summary>
/// Carries out what one client asks, in the order in which it asks; pings and sequence acknowledgements, which wait for
/// nothing, have a way of their own (<see cref="HubCore.HandleAtOnce"/>). Only events leave the hub: <see cref="Handle"/>
/// hands them back, and the caller reports the outcome with <see cref="Complete"/> before the next request.
/// </summary>
internal sealed class ClientRequests(HubCore hub, HubConnection connection)
{
    /// <summary>Carries out a request; an event that must be raised is returned instead.</summary>
    public ClientRequest.Event? Handle(ClientRequest request)
    {
        if (request.AckId is { } ackId && connection.AckIds.Contains(ackId))
        {
            hub.Reply(connection, connection.Codec.ErrorAck(
                ackId, "Duplicate", $"Message with ack-id: {ackId} has been processed"));
            return null;
        }

        switch (request)
        {
            case ClientRequest.Event raised:
                return raised;
            case ClientRequest.Join join:
                AnswerMembership(join.AckId, hub.JoinAsClient(connection, join.Group), "join", join.Group);
                return null;
            case ClientRequest.Leave leave:
                AnswerMembership(leave.AckId, hub.LeaveAsClient(connection, leave.Group), "leave", leave.Group);
                return null;
            case ClientRequest.SendToGroup send:
                if (hub.SendToGroupAsClient(connection, send.Group, send.Data, send.NoEcho)) Succeed(send.AckId);
                else Forbid(send.AckId, "send to", send.Group);
                return null;
            default:
                throw new InvalidOperationException($"No rule for {request.GetType().Name}.");
        }
    }

    /// <summary>
    /// Delivers the outcome of an event: the answer first, then the acknowledgement. A failure is acknowledged as
    /// <c>InternalServerError</c> where an acknowledgement was asked for, and then ends the connection.
    /// </summary>
    public void Complete(ClientRequest.Event raised, EventOutcome outcome)
    {
        switch (outcome)
        {
            case EventOutcome.Handled handled:
                if (handled.State is not null) connection.State = handled.State;
                if (handled.Answer is { } answer) hub.Deliver(connection, Delivery.FromServer(answer));
                Succeed(raised.AckId);
                break;
            case EventOutcome.Failed failed:
                Fail(raised.AckId, "InternalServerError", failed.End.Reason);
                hub.End(connection, failed.End);
                break;
        }
    }

    private void AnswerMembership(ulong? ackId, JoinResult result, string verb, GroupName group)
    {
        switch (result)
        {
            case JoinResult.Done:
                Succeed(ackId);
                break;
            case JoinResult.Forbidden:
                Forbid(ackId, verb, group);
                break;
            default:
                Fail(ackId, "InternalServerError", $"The group '{group}' cannot be joined: {result}.");
                break;
        }
    }

    // A plain client has no other way to learn that its frames reach nobody.
    private void Forbid(ulong? ackId, string verb, GroupName group)
    {
        var reason = $"The client does not have permission to {verb} group '{group}'.";
        if (connection.Spec.Protocol != ClientProtocol.Plain) Fail(ackId, "Forbidden", reason);
        else hub.End(connection, new ConnectionEnd(ConnectionEnd.PolicyViolation, reason, EndKind.BadRequest));
    }

    private void Succeed(ulong? ackId)
    {
        if (ackId is not { } id) return;
        connection.AckIds.Add(id);
        hub.Reply(connection, connection.Codec.Ack(id));
    }

    private void Fail(ulong? ackId, string name, string message)
    {
        if (ackId is { } id) hub.Reply(connection, connection.Codec.ErrorAck(id, name, message));
    }
}
