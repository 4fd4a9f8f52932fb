using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>What the event handler decided about a client that wants in.</summary>
internal abstract record ConnectOutcome
{
    /// <summary>Let in. What the handler names stands in for what the token says; what it leaves out stays.</summary>
    public sealed record Accepted(
        string? UserId,
        IReadOnlyList<GroupName> Groups,
        IReadOnlyList<string>? Roles,
        string? Subprotocol,
        string? State) : ConnectOutcome
    {
        /// <summary>No handler asked, or one that had nothing to add.</summary>
        public static Accepted AsIs { get; } = new(null, [], null, null, null);

        /// <summary>
        /// The connection as it is let in. An empty user id makes it anonymous and an empty list takes all roles; no group
        /// at all leaves those of the token.
        /// </summary>
        public ConnectionSpec ApplyTo(ConnectionSpec spec) => spec with
        {
            UserId = UserId switch
            {
                null => spec.UserId,
                "" => null,
                var named => named,
            },
            Groups = Groups.Count > 0 ? Groups : spec.Groups,
            Roles = Roles ?? spec.Roles,
            State = State,
        };
    }

    public sealed record Refused(int StatusCode, string Reason) : ConnectOutcome;
}
