using System.Collections.Concurrent;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>
/// The way from a function to the receiver of its message. As in the host, messages are found by their lock token and
/// sessions by their id alone, so two triggers that hold sessions of one name get in each other's way
/// (azure-functions-dotnet-worker #3005).
/// </summary>
internal sealed class SettlementChannel
{
    private readonly ConcurrentDictionary<string, MessageHandle> _messages = new();
    private readonly ConcurrentDictionary<string, SessionHandle> _sessions = new();

    public void Open(MessageHandle message) => _messages.TryAdd(message.LockToken, message);

    public void Close(MessageHandle message) => _messages.TryRemove(message.LockToken, out _);

    public void Open(SessionHandle session) => _sessions.TryAdd(session.SessionId, session);

    public void Close(SessionHandle session) => _sessions.TryRemove(session.SessionId, out _);

    public Task CompleteAsync(string lockToken, CancellationToken cancellationToken) =>
        OnMessageAsync(lockToken, handle => handle.CompleteAsync(cancellationToken));

    public Task AbandonAsync(
        string lockToken, IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        OnMessageAsync(lockToken, handle => handle.AbandonAsync(properties, cancellationToken));

    public Task DeferAsync(
        string lockToken, IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        OnMessageAsync(lockToken, handle => handle.DeferAsync(properties, cancellationToken));

    public Task DeadLetterAsync(
        string lockToken,
        Dictionary<string, object>? properties,
        string? reason,
        string? description,
        CancellationToken cancellationToken) =>
        OnMessageAsync(lockToken, handle => handle.DeadLetterAsync(properties, reason, description, cancellationToken));

    public Task RenewMessageLockAsync(string lockToken, CancellationToken cancellationToken) =>
        OnMessageAsync(lockToken, handle => handle.RenewLockAsync(cancellationToken));

    public Task<BinaryData> GetSessionStateAsync(string sessionId, CancellationToken cancellationToken) =>
        OnSessionAsync(sessionId, async session =>
            await session.Arguments.GetSessionStateAsync(cancellationToken) ?? BinaryData.FromBytes(Array.Empty<byte>()));

    public Task SetSessionStateAsync(string sessionId, BinaryData state, CancellationToken cancellationToken) =>
        OnSessionAsync(sessionId, async session =>
        {
            await session.Arguments.SetSessionStateAsync(state, cancellationToken);
            return true;
        });

    public Task ReleaseSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        OnSessionAsync(sessionId, session =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            session.ReleaseWanted = true;
            return Task.FromResult(true);
        });

    public Task<DateTimeOffset> RenewSessionLockAsync(string sessionId, CancellationToken cancellationToken) =>
        OnSessionAsync(sessionId, async session =>
        {
            await session.Arguments.RenewSessionLockAsync(cancellationToken);
            return session.Arguments.SessionLockedUntil;
        });

    private async Task OnMessageAsync(string lockToken, Func<MessageHandle, Task> act)
    {
        if (!_messages.TryGetValue(lockToken, out var handle))
        {
            throw SettlementFailedException.NotFound($"LockToken {lockToken}");
        }

        try
        {
            await act(handle);
        }
        catch (Exception exception)
        {
            throw SettlementFailedException.Unknown(exception);
        }
    }

    private async Task<T> OnSessionAsync<T>(string sessionId, Func<SessionHandle, Task<T>> act)
    {
        if (!_sessions.TryGetValue(sessionId, out var session))
        {
            throw SettlementFailedException.NotFound($"SessionId {sessionId}");
        }

        try
        {
            return await act(session);
        }
        catch (Exception exception)
        {
            throw SettlementFailedException.Unknown(exception);
        }
    }
}
