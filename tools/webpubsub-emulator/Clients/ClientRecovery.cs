using System.Net.WebSockets;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// Brings a reliable client back to its connection. Every such handshake is accepted, unless a fault rule refuses it,
/// since clients take a refusal for a passing fault and try again; where there is nothing to recover the socket is closed
/// with 1008, on which they open a new connection.
/// https://learn.microsoft.com/azure/azure-web-pubsub/howto-develop-reliable-clients
/// </summary>
internal sealed partial class ClientRecovery(
    HubRegistry hubs,
    ClientSessions sessions,
    ReconnectionTokens tokens,
    ClientServices services,
    InstanceFaults faults,
    ILogger<ClientRecovery> logger)
{
    private const string ConnectionIdKey = "awps_connection_id";
    private const string TokenKey = "awps_reconnection_token";

    /// <summary>How long the client's answer to the close is waited for.</summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(5);

    public static bool IsAskedFor(HttpRequest request) => request.Query.ContainsKey(ConnectionIdKey);

    public async Task HandleAsync(HttpContext context, HubName hubName)
    {
        var connectionId = context.Request.Query[ConnectionIdKey].ToString();
        var isKnown = await tokens.IsValidAsync(hubName, connectionId, context.Request.Query[TokenKey]);
        if (isKnown && RefusalOf(context, hubName, connectionId) is { } status)
        {
            context.Response.StatusCode = status;
            return;
        }

        var offered = context.WebSockets.WebSocketRequestedProtocols;
        var subprotocol = offered.FirstOrDefault(Subprotocols.IsReliable) ?? offered.FirstOrDefault();
        using var socket = await context.WebSockets.AcceptWebSocketAsync(subprotocol);

        var signal = new OutboxSignal();
        if (isKnown
            && hubs.Get(hubName) is { } hub
            && hub.TryRecover(connectionId, subprotocol, tokens.Issue(hubName, connectionId), signal) is { } recovered
            && sessions.Find(recovered.Connection) is { } session)
        {
            services.Meter.Recovered();
            LogRecovered(logger, connectionId);
            await new ClientSocket(socket, hub, recovered.Connection, recovered.Outbox, signal, session, services)
                .RunAsync(context.Abort);
            return;
        }

        LogRefused(logger, connectionId);
        await CloseAsync(socket);
    }

    private int? RefusalOf(HttpContext context, HubName hubName, string connectionId) =>
        faults.RefusesHandshake(context, hubName, hubs.Get(hubName)?.Find(connectionId)?.UserId);

    private async Task CloseAsync(WebSocket socket)
    {
        using var grace = new CancellationTokenSource(CloseGrace, services.Time);
        try
        {
            await socket.CloseAsync(
                WebSocketCloseStatus.PolicyViolation, "The connection cannot be recovered.", grace.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException
            or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            LogGone(logger, exception.Message);
        }
    }

    [LoggerMessage(3011, LogLevel.Information, "Connection {ConnectionId} was recovered")]
    private static partial void LogRecovered(ILogger logger, string connectionId);

    [LoggerMessage(3012, LogLevel.Information, "Connection {ConnectionId} cannot be recovered")]
    private static partial void LogRefused(ILogger logger, string connectionId);

    [LoggerMessage(3013, LogLevel.Debug, "A client that could not be recovered left before it was told: {Error}")]
    private static partial void LogGone(ILogger logger, string error);
}
