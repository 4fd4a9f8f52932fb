namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Since when this process holds each session: since it first saw it after it last released it (rules S7, S8).
/// </summary>
internal sealed class SessionHolds(TimeProvider time)
{
    /// <summary>
    /// A session that was not seen for this long was given up by the host meanwhile; what comes then is a new hold.
    /// </summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hold> _holds = [];

    /// <summary>Notes that a message of the session is here; returns since when the session is held.</summary>
    public DateTimeOffset See(string session)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var since = _holds.TryGetValue(session, out var hold) && now - hold.SeenAt < Forgotten ? hold.Since : now;
            _holds[session] = new Hold(since, now);
            return since;
        }
    }

    /// <summary>
    /// Notes that the session is released. Sessions are few (shards and instances), so what is never released costs
    /// little.
    /// </summary>
    public void Release(string session)
    {
        lock (_lock)
        {
            _holds.Remove(session);
        }
    }

    /// <summary>How long the session has been held; zero where it is not.</summary>
    public TimeSpan HeldFor(string session)
    {
        lock (_lock)
        {
            return _holds.TryGetValue(session, out var hold) ? time.GetUtcNow() - hold.Since : TimeSpan.Zero;
        }
    }

    private readonly record struct Hold(DateTimeOffset Since, DateTimeOffset SeenAt);
}
