using Microsoft.Extensions.Options;

namespace ServerlessGateway.Sessions;

/// <summary>
/// Reads and merges session rows. Every change is a function from what is stored to what shall be: when somebody else
/// wrote first it is applied to that, so changes of different channels, connections and processes all come through
/// (N4).
/// </summary>
internal sealed class SessionRows(ISessionStore store, TimeProvider time, IOptions<SessionOptions> options)
{
    /// <summary>
    /// Each attempt loses only to somebody who won; more than a few at once for one client is a fault.
    /// </summary>
    private const int MaxAttempts = 12;

    /// <summary>Reads a session whose lease has not ended; null where there is none.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<StoredSession?> ReadAsync(SessionId id, CancellationToken cancellationToken) =>
        Alive(await ReadStoredAsync(id, cancellationToken));

    /// <summary>
    /// Merges a change. <paramref name="merge"/> gets what is stored (null: nothing, or its lease has ended) and
    /// returns what shall be; null leaves all as it is, and so does what it was given. It may be called several times.
    /// Returns what is stored afterwards.
    /// </summary>
    /// <param name="id">The session.</param>
    /// <param name="merge">The change.</param>
    /// <param name="cancellationToken">Stops before the next read or write.</param>
    /// <param name="known">What was read a moment ago: where nobody wrote since, it need not be read again.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer, or others wrote each time before
    /// us.</exception>
    public async Task<Session?> MergeAsync(
        SessionId id, Func<Session?, Session?> merge, CancellationToken cancellationToken, StoredSession? known = null)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = attempt == 0 && known is not null ? known : await ReadStoredAsync(id, cancellationToken);
            var before = Alive(stored)?.Session;
            var after = merge(before);
            if (after is null || ReferenceEquals(after, before))
            {
                return before;
            }

            var renewed = after with { LeaseEnds = time.GetUtcNow() + options.Value.Lease };
            if (await WriteAsync(renewed, stored?.Tag, cancellationToken) is { } written)
            {
                return written.Session;
            }
        }

        throw new StoreUnavailableException($"Session {id} was written by others {MaxAttempts} times.");
    }

    private StoredSession? Alive(StoredSession? stored) => stored?.Session.LeaseEnds > time.GetUtcNow() ? stored : null;

    private async Task<StoredSession?> ReadStoredAsync(SessionId id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(id, cancellationToken);
        }
        catch (Exception exception) when (IsStoreFailure(exception, cancellationToken))
        {
            throw new StoreUnavailableException("The session could not be read.", exception);
        }
    }

    private async Task<StoredSession?> WriteAsync(Session session, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            return await store.WriteAsync(session, tag, cancellationToken);
        }
        catch (Exception exception) when (IsStoreFailure(exception, cancellationToken))
        {
            // It may have been written. Every change is safe to be merged twice, so the client simply asks again.
            throw new StoreUnavailableException("The session could not be written.", exception);
        }
    }

    private static bool IsStoreFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is not FormatVersionException && !cancellationToken.IsCancellationRequested;
}
