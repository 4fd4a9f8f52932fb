namespace ServerlessGateway.Sessions;

/// <summary>The durable sessions. An exception means that the outcome is unknown.</summary>
internal interface ISessionStore
{
    /// <summary>Reads a session; null where there is none.</summary>
    Task<StoredSession?> ReadAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts (<paramref name="tag"/> null) or replaces under the tag. Returns what is stored now with its new tag, or
    /// null where somebody else wrote first: read, merge, try again.
    /// </summary>
    Task<StoredSession?> WriteAsync(Session session, string? tag, CancellationToken cancellationToken);
}

/// <summary>A session as it was read, with the tag that fences the next write.</summary>
internal sealed record StoredSession(Session Session, string Tag);
