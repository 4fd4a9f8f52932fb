using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>What the event handler decided about a client that wants in.</summary>
internal abstract record ConnectOutcome
{
    public sealed record Accepted(
        string? UserId,
        IReadOnlyList<GroupName> Groups,
        IReadOnlyList<string> Roles,
        string? Subprotocol,
        string? State) : ConnectOutcome
    {
        /// <summary>No handler asked, or one that had nothing to add.</summary>
        public static Accepted AsIs { get; } = new(null, [], [], null, null);
    }

    public sealed record Refused(int StatusCode, string Reason) : ConnectOutcome;
}
