namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>Whom a send, close or membership change concerns.</summary>
internal abstract record Target
{
    public static Target All { get; } = new AllConnections();

    public sealed record AllConnections : Target;

    public sealed record Group(GroupName Name) : Target;

    public sealed record User(string UserId) : Target;

    public sealed record Connection(string ConnectionId) : Target;
}

/// <summary>The view of a connection that a filter may look at.</summary>
internal interface IFilterSubject
{
    string ConnectionId { get; }

    string? UserId { get; }

    string? Subprotocol { get; }

    int GroupCount { get; }

    bool IsInGroup(string group);
}

/// <summary>Narrows a <see cref="Target"/>: connections left out by id, and a filter that the rest must pass.</summary>
internal sealed record SendScope(IReadOnlySet<string>? Excluded, Func<IFilterSubject, bool>? Filter)
{
    public static SendScope Everyone { get; } = new(null, null);
}
