using ServerlessGateway.Sessions;

namespace ServerlessGateway.Tests.Support.Memory;

/// <summary>Sessions in memory, through their stored form; writes can be overtaken, lost or refused at will.</summary>
internal sealed class InMemorySessionStore : ISessionStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SessionId, (byte[] Body, int Tag)> _rows = [];
    private int _lastTag;

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    /// <summary>
    /// Runs between the read and the write of whoever writes next: where another process gets in between.
    /// </summary>
    public Func<Task>? BeforeNextWrite { get; set; }

    /// <summary>Thrown by every call while it is set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Thrown by the next write, after it was written: its outcome is unknown to the writer.</summary>
    public Exception? FailureAfterNextWrite { get; set; }

    public int Count => _rows.Count;

    public Session? this[SessionId id] => Find(id) is { } row ? SessionCodec.Decode(id, row.Body) : null;

    public async Task<StoredSession?> ReadAsync(SessionId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        Reads++;
        ThrowFailure();
        return Find(id) is { } row ? new StoredSession(SessionCodec.Decode(id, row.Body), TextOf(row.Tag)) : null;
    }

    public async Task<StoredSession?> WriteAsync(Session session, string? tag, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        if (BeforeNextWrite is { } before)
        {
            BeforeNextWrite = null;
            await before();
        }

        ThrowFailure();
        int written;
        lock (_lock)
        {
            if ((_rows.TryGetValue(session.Id, out var row) ? TextOf(row.Tag) : null) != tag)
            {
                return null;
            }

            Writes++;
            written = ++_lastTag;
            _rows[session.Id] = (SessionCodec.Encode(session), written);
        }

        if (FailureAfterNextWrite is { } failure)
        {
            FailureAfterNextWrite = null;
            throw failure;
        }

        return new StoredSession(session, TextOf(written));
    }

    public void Put(Session session) => PutRaw(session.Id, SessionCodec.Encode(session));

    public void PutRaw(SessionId id, byte[] body)
    {
        lock (_lock)
        {
            _rows[id] = (body, ++_lastTag);
        }
    }

    private (byte[] Body, int Tag)? Find(SessionId id)
    {
        lock (_lock)
        {
            return _rows.TryGetValue(id, out var row) ? row : null;
        }
    }

    private static string TextOf(int tag) => tag.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void ThrowFailure()
    {
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
