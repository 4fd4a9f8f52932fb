using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>The durable sessions. An exception means that the outcome is unknown.</summary>
internal interface ISessionStore
{
    /// <summary>Reads a session; null where there is none.</summary>
    Task<StoredSession?> ReadAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts (<paramref name="tag"/> null) or replaces under the tag. Returns what is stored now with its new tag, or null where somebody else
    /// wrote first: read, merge, try again.
    /// </summary>
    Task<StoredSession?> WriteAsync(Session session, string? tag, CancellationToken cancellationToken);
}

/// <summary>A session as it was read, with the tag that fences the next write.</summary>
internal sealed record StoredSession(Session Session, string Tag);

/// <summary>A client's identity across connections.</summary>
internal sealed record Session
{
    /// <summary>128 random bits.</summary>
    public required SessionId Id { get; init; }

    /// <summary>Whose it is, for ever.</summary>
    public required string User { get; init; }

    /// <summary>Capabilities by pattern, as of the last negotiate; user names are already put in.</summary>
    public required IReadOnlyDictionary<string, string[]> Capabilities { get; init; }

    /// <summary>When the token behind the capabilities expires.</summary>
    public required DateTimeOffset TokenExpires { get; init; }

    /// <summary>When the session itself is forgotten, unless it is used again.</summary>
    public required DateTimeOffset LeaseEnds { get; init; }

    /// <summary>The current connection; null while there is none.</summary>
    public CurrentConnection? Connection { get; init; }

    /// <summary>Rises with every connection that becomes current, so that the past can be told from the present.</summary>
    public long ConnectionNumber { get; init; }

    /// <summary>The channels held, each with the last position known (null: none yet).</summary>
    public IReadOnlyDictionary<ChannelName, Position?> Subscriptions { get; init; } = new Dictionary<ChannelName, Position?>();
}

/// <summary>The connection that a session is on.</summary>
/// <param name="ConnectionId">Web PubSub's id.</param>
/// <param name="Instance">The instance that holds it.</param>
internal sealed record CurrentConnection(string ConnectionId, string Instance);
