namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What a client asks of the service, decoded.</summary>
internal abstract record ClientRequest(ulong? AckId)
{
    public sealed record Join(GroupName Group, ulong? AckId) : ClientRequest(AckId);

    public sealed record Leave(GroupName Group, ulong? AckId) : ClientRequest(AckId);

    public sealed record SendToGroup(GroupName Group, MessageData Data, bool NoEcho, ulong? AckId)
        : ClientRequest(AckId);

    public sealed record Event(string Name, MessageData Data, ulong? AckId) : ClientRequest(AckId);

    public sealed record Ping() : ClientRequest((ulong?)null);
}
