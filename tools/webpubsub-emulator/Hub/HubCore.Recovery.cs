namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>A connection on the socket that its client came back with.</summary>
internal sealed record RecoveredConnection(HubConnection Connection, Outbox Outbox);

/// <summary>
/// What sets reliable connections apart. Without a socket such a connection stays in its groups and in every listing,
/// and its messages gather in its replay buffer, until the client comes back, the recovery window is over, or the buffer
/// overflows. A socket that only looks open does not keep its client from coming back: the newer one wins.
/// </summary>
internal sealed partial class HubCore
{
    /// <summary>
    /// Ends a connection because of what happened on one of its sockets; nothing happens when the client has moved to
    /// another one since.
    /// </summary>
    public bool EndFrom(HubConnection connection, Outbox outbox, ConnectionEnd end)
    {
        lock (_gate) return ReferenceEquals(connection.Outbox, outbox) && EndLocked(connection, end);
    }

    /// <summary>
    /// Carries out the requests that must not wait behind an event in flight: liveness, and making room for messages.
    /// False when the request is not of that kind.
    /// </summary>
    public bool HandleAtOnce(HubConnection connection, Outbox outbox, ClientRequest request)
    {
        switch (request)
        {
            case ClientRequest.Ping:
                Reply(connection, outbox, connection.Codec.Pong());
                return true;
            case ClientRequest.SequenceAck acknowledged:
                lock (_gate) connection.Replay?.Acknowledge(acknowledged.SequenceId);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Gives a reliable connection a new socket: <c>connected</c> with the new token comes first, then what the client
    /// has not acknowledged, then everything that is still to come. Null when there is nothing to recover under that id
    /// and subprotocol.
    /// </summary>
    public RecoveredConnection? TryRecover(
        string connectionId, string? subprotocol, string reconnectionToken, IOutboxListener? listener = null)
    {
        lock (_gate)
        {
            if (!_connections.TryGetValue(connectionId, out var connection)
                || connection.Replay is not { } replay
                || !string.Equals(connection.Spec.Subprotocol, subprotocol, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var outbox = NewOutbox(isReliable: true, listener);
            if (connection.Codec.Connected(connection.Id, connection.UserId, reconnectionToken) is { } connected)
            {
                outbox.TryEnqueue(connected);
            }

            foreach (var frame in replay.Unacknowledged) outbox.TryEnqueue(frame);
            connection.Recovery?.Dispose();
            connection.Outbox.Complete(ConnectionEnd.Replaced, discard: true);
            connection.Outbox = outbox;
            return new RecoveredConnection(connection, outbox);
        }
    }

    private bool GoOfflineLocked(HubConnection connection, ConnectionEnd end)
    {
        var outbox = connection.Outbox;
        if (!outbox.Complete(end, discard: true)) return false;
        // The timer may fire while the client comes back; the outbox tells which of the two was first.
        connection.Recovery = time.CreateTimer(
            _ =>
            {
                lock (_gate)
                {
                    var isStillAway = ReferenceEquals(connection.Outbox, outbox) && IsOpenLocked(connection);
                    if (isStillAway) FinishLocked(connection, end);
                }
            },
            null,
            limits.RecoveryWindow,
            Timeout.InfiniteTimeSpan);
        return true;
    }

    // A reliable client may be sent all of its replay buffer at once, and be no slower for it than others.
    private Outbox NewOutbox(bool isReliable, IOutboxListener? listener) => new(
        limits.MaxOutboxFrames + (isReliable ? limits.MaxUnacknowledgedMessages : 0),
        limits.MaxOutboxBytes + (isReliable ? limits.MaxUnacknowledgedBytes : 0),
        listener,
        time);
}
