namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What a client asks of the service, decoded.</summary>
internal abstract record ClientRequest(ulong? AckId)
{
    public sealed record Join(GroupName Group, ulong? AckId) : ClientRequest(AckId);

    public sealed record Leave(GroupName Group, ulong? AckId) : ClientRequest(AckId);

    public sealed record SendToGroup(GroupName Group, MessageData Data, bool NoEcho, ulong? AckId)
        : ClientRequest(AckId);

    public sealed record Event(string Name, MessageData Data, ulong? AckId) : ClientRequest(AckId);

    /// <summary>Everything up to this sequence id has arrived.</summary>
    public sealed record SequenceAck(ulong SequenceId) : ClientRequest((ulong?)null);

    public sealed record Ping() : ClientRequest((ulong?)null);
}

/// <summary>
/// A frame of a client as a request, or how the connection must end because it is none. A frame that is none may still
/// say what acknowledgement it waits for.
/// </summary>
internal readonly record struct ReadResult(ClientRequest? Request, ConnectionEnd? End, ulong? UnmetAckId = null)
{
    public static ReadResult Malformed(int closeStatus, string error, ulong? ackId = null) =>
        new(null, new ConnectionEnd(closeStatus, error, EndKind.BadRequest), ackId);
}
