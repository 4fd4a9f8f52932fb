using ServerlessGateway.Sessions;

namespace ServerlessGateway.Unit.Tests.Sessions;

/// <summary>Sessions in memory, through their stored form; writes can be overtaken, lost or refused at will.</summary>
internal sealed class MemorySessionStore : ISessionStore
{
    private readonly Dictionary<SessionId, (byte[] Body, int Tag)> _rows = [];
    private int _lastTag;

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    /// <summary>Runs between the read and the write of whoever writes next: where another process gets in between.</summary>
    public Func<Task>? BeforeNextWrite { get; set; }

    /// <summary>Thrown by every call while it is set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Thrown by the next write, after it was written: its outcome is unknown to the writer.</summary>
    public Exception? FailureAfterNextWrite { get; set; }

    public int Count => _rows.Count;

    public Session? this[SessionId id] => _rows.TryGetValue(id, out var row) ? SessionCodec.Decode(id, row.Body) : null;

    public async Task<StoredSession?> ReadAsync(SessionId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        Reads++;
        ThrowFailure();
        return _rows.TryGetValue(id, out var row) ? new StoredSession(SessionCodec.Decode(id, row.Body), $"{row.Tag}") : null;
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
        var current = _rows.TryGetValue(session.Id, out var row) ? $"{row.Tag}" : null;
        if (current != tag)
        {
            return null;
        }

        Writes++;
        _rows[session.Id] = (SessionCodec.Encode(session), ++_lastTag);
        if (FailureAfterNextWrite is { } failure)
        {
            FailureAfterNextWrite = null;
            throw failure;
        }

        return new StoredSession(session, $"{_lastTag}");
    }

    public void Put(Session session) => _rows[session.Id] = (SessionCodec.Encode(session), ++_lastTag);

    public void PutRaw(SessionId id, byte[] body) => _rows[id] = (body, ++_lastTag);

    private void ThrowFailure()
    {
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
