using Microsoft.Extensions.Logging;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>
/// Lets a client in: its token and its session must hold, its instance must be open. A known session is restored at
/// once: its channels are the groups of the answer (N2). Asked twice for one connection, it answers the same (N4).
/// </summary>
internal sealed class ConnectHandler(
    SessionRows rows, IInstanceDirectory instances, TimeProvider time, GatewayMetrics metrics, ILogger<ConnectHandler> log)
{
    /// <summary>The WebSocket subprotocol that clients speak.</summary>
    public const string Subprotocol = "json.webpubsub.azure.v1";

    /// <summary>Handles the event; never throws for what a client or the store did.</summary>
    public async Task<ConnectOutcome> HandleAsync(ConnectEvent connect, CancellationToken cancellationToken)
    {
        var outcome = await TryConnectAsync(connect, cancellationToken);
        if (outcome is ConnectOutcome.Refused { Error: var error })
        {
            SessionLog.ConnectRefused(log, connect.ConnectionId, error.Name);
            metrics.Connect(error.Code);
        }
        else
        {
            metrics.Connect(0);
        }

        return outcome;
    }

    private async Task<ConnectOutcome> TryConnectAsync(ConnectEvent connect, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(connect, cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            SessionLog.StoreUnavailable(log, "connect", exception);
            return Refuse(ErrorCodes.StoreUnavailable, "The session could not be read; connect again.");
        }
        catch (FormatVersionException exception)
        {
            SessionLog.RowUnreadable(log, exception);
            return Refuse(ErrorCodes.StateUnreadable, "The session was written by a later version; connect again.");
        }
    }

    private async Task<ConnectOutcome> ConnectAsync(ConnectEvent connect, CancellationToken cancellationToken)
    {
        if (!connect.Subprotocols.Contains(Subprotocol, StringComparer.Ordinal))
        {
            return Refuse(ErrorCodes.MalformedRequest, $"Offer the WebSocket subprotocol {Subprotocol}.", string.Join(',', connect.Subprotocols));
        }

        if (string.IsNullOrEmpty(connect.User))
        {
            return Refuse(ErrorCodes.InvalidUser, "The client's token names no legal user.");
        }

        if (!SessionId.TryParse(connect.Session, out var id))
        {
            return Refuse(ErrorCodes.InvalidSession, "Connect with the URL that negotiate gave.", connect.Session);
        }

        if (!(await instances.ListOpenAsync(cancellationToken)).Contains(connect.Instance))
        {
            return Refuse(ErrorCodes.InstanceClosed, "The instance takes no connections; negotiate again.", connect.Instance);
        }

        ErrorDetail? refusal = null;
        var session = await rows.MergeAsync(id, stored => Admit(connect, stored, out refusal), cancellationToken);
        return refusal is not null || session is null ? new ConnectOutcome.Refused(refusal!) : Accept(connect, session);
    }

    /// <summary>
    /// The row with the connection as its current one; as it was for one that was given its number before, or is
    /// refused.
    /// </summary>
    private Session? Admit(ConnectEvent connect, Session? stored, out ErrorDetail? refusal)
    {
        refusal = stored switch
        {
            null => ErrorDetail.Of(ErrorCodes.InvalidSession, "There is no such session; negotiate again.", connect.Session),
            _ when UserName.ToServiceId(stored.User) != connect.User => ErrorDetail.Of(
                ErrorCodes.SessionForeign, "The session belongs to another user.", connect.Session),
            _ when stored.TokenExpires <= time.GetUtcNow() => ErrorDetail.Of(
                ErrorCodes.TokenExpired, "The token behind the session has expired; negotiate with a new one."),
            _ when ConnectionStateCodec.EncodeValue(StateOf(connect, stored)) is null => ErrorDetail.Of(
                ErrorCodes.CapabilitiesTooLarge, "The token's capabilities do not fit into a connection's state.",
                null, ConnectionStateCodec.MaxValueLength),
            _ => null,
        };
        return refusal is null && stored!.NumberOf(connect.ConnectionId) is null
            ? stored.WithCurrent(connect.ConnectionId, connect.Instance.Value)
            : stored;
    }

    private static ConnectOutcome.Accepted Accept(ConnectEvent connect, Session session) => new(
        UserName.ToServiceId(session.User), [.. GroupsOf(session).Select(channel => channel.Value)], Subprotocol, StateOf(connect, session));

    private static ConnectionState StateOf(ConnectEvent connect, Session session) => new(
        connect.Instance,
        session.Id,
        session.User,
        // Before the merge the longest number there can be, so that a state that fits then also fits afterwards.
        session.NumberOf(connect.ConnectionId) ?? long.MaxValue,
        ConnectionState.VersionOf(GroupsOf(session)),
        session.TokenExpires,
        session.Capabilities);

    /// <summary>Capabilities may have shrunk since the channels were subscribed.</summary>
    private static IEnumerable<ChannelName> GroupsOf(Session session) =>
        session.Subscriptions.Keys.Where(channel => session.Capabilities.Allows(Rights.Subscribe, channel))
            .OrderBy(channel => channel.Value, StringComparer.Ordinal);

    private static ConnectOutcome.Refused Refuse(ErrorCode code, string message, object? value = null) =>
        new(ErrorDetail.Of(code, message, value));
}
