using Microsoft.IdentityModel.JsonWebTokens;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// The handshake of clients: <c>/client/hubs/{hub}</c> and <c>/client/?hub=</c>. Everything that can be refused is refused
/// with an HTTP status before the socket is accepted, and the connection is in its groups before the client learns that
/// it is open, so nothing sent after that moment can miss it.
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-client-protocols
/// </summary>
internal sealed partial class ClientEndpoint(
    HubRegistry hubs,
    TokenReader tokens,
    ServiceAddress address,
    Func<string> newConnectionId,
    ClientServices services,
    ILogger<ClientEndpoint> logger)
{
    private const string GroupClaim = "webpubsub.group";

    public async Task HandleAsync(HttpContext context)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var named = context.GetRouteValue("hub") as string ?? context.Request.Query["hub"].ToString();
        if (!HubName.TryParse(named, out var hubName))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The hub name is missing or invalid.");
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "This is an endpoint for WebSocket clients.");
            return;
        }

        if (context.Request.Query.ContainsKey("awps_connection_id"))
        {
            await RefuseRecoveryAsync(context);
            return;
        }

        var audience = $"/client/hubs/{hubName.Value}";
        var read = await tokens.ReadAsync(TokenOf(context.Request), url => address.Is(url, context.Request.Host, audience));
        if (read is TokenResult.Refused refused)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, refused.Reason);
            return;
        }

        var hub = hubs.Get(hubName);
        if (hub is null)
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "There are too many hubs.");
            return;
        }

        await AdmitAsync(context, hub, ((TokenResult.Valid)read).Token, stopping);
    }

    private async Task AdmitAsync(HttpContext context, HubCore hub, JsonWebToken token, CancellationToken stopping)
    {
        if (!TryReadMode(context, out var mode) || !TryReadGroups(token, out var groups) || !UserId.IsValid(token.Subject))
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, "A group name, the user id or the webpubsub_mode is invalid.");
            return;
        }

        var spec = new ConnectionSpec
        {
            ConnectionId = newConnectionId(),
            UserId = string.IsNullOrEmpty(token.Subject) ? null : token.Subject,
            PlainMode = mode,
            Roles = [.. token.Claims.Where(claim => claim.Type == "role").Select(claim => claim.Value)],
            Groups = groups,
        };
        var asked = await services.Events.ConnectAsync(hub, spec, token, context.Request, context.RequestAborted);
        if (asked is ConnectOutcome.Refused refused)
        {
            await RefuseAsync(context, refused.StatusCode, refused.Reason);
            return;
        }

        var accepted = (ConnectOutcome.Accepted)asked;
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        if (!Subprotocols.TryChoose(offered, accepted.Subprotocol, out var chosen))
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, $"None of the subprotocols '{string.Join(", ", offered)}' can be used.");
            return;
        }

        await OpenAsync(context, hub, Merge(spec, accepted, chosen), stopping);
    }

    private async Task OpenAsync(HttpContext context, HubCore hub, ConnectionSpec spec, CancellationToken stopping)
    {
        var signal = new OutboxSignal();
        var connection = hub.TryOpen(spec, signal);
        if (connection is null)
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "The connection count limit is reached.");
            return;
        }

        services.Meter.Opened();
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(spec.Subprotocol);
            services.Events.Connected(hub, connection);
            await new ClientSocket(socket, hub, connection, signal, services).RunAsync(context.Abort, stopping);
        }
        finally
        {
            // Only where the socket could not be opened: otherwise the end is decided, and told, already.
            if (hub.End(connection, ConnectionEnd.Lost)) services.Events.Disconnected(hub, connection, ConnectionEnd.Lost);
            services.Meter.Closed(connection.Outbox.End?.Kind == EndKind.SlowClient);
        }
    }

    private static ConnectionSpec Merge(ConnectionSpec spec, ConnectOutcome.Accepted accepted, string? subprotocol) =>
        spec with
        {
            UserId = accepted.UserId ?? spec.UserId,
            Groups = [.. spec.Groups, .. accepted.Groups],
            Roles = [.. spec.Roles, .. accepted.Roles],
            State = accepted.State,
            Subprotocol = subprotocol,
            Protocol = Subprotocols.ProtocolOf(subprotocol),
        };

    private static bool TryReadMode(HttpContext context, out PlainMode mode)
    {
        mode = PlainMode.SendEvent;
        var query = context.Request.Query;
        if (!query.TryGetValue("webpubsub_mode", out var named) || named == "sendEvent") return true;
        if (named != "sendToGroup" || !GroupName.TryParse(query["group"], out var group)) return false;
        var noEcho = query.TryGetValue("noEcho", out var flag)
            && !string.Equals(flag, "false", StringComparison.OrdinalIgnoreCase);
        mode = new PlainMode(group, noEcho);
        return true;
    }

    private static bool TryReadGroups(JsonWebToken token, out List<GroupName> groups)
    {
        groups = [];
        foreach (var claim in token.Claims.Where(claim => claim.Type == GroupClaim))
        {
            if (!GroupName.TryParse(claim.Value, out var group)) return false;
            groups.Add(group);
        }

        return true;
    }

    private static string? TokenOf(HttpRequest request)
    {
        if (request.Query.TryGetValue("access_token", out var query) && !string.IsNullOrEmpty(query)) return query;
        return BearerToken.Of(request);
    }

    // Plain subprotocols cannot be recovered: as in the service the socket is accepted, then closed for good.
    private static async Task RefuseRecoveryAsync(HttpContext context)
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(offered.Count > 0 ? offered[0] : null);
        await socket.CloseOutputAsync(
            System.Net.WebSockets.WebSocketCloseStatus.PolicyViolation,
            "The connection cannot be recovered.",
            context.RequestAborted);
    }

    private async Task RefuseAsync(HttpContext context, int statusCode, string reason)
    {
        LogRefused(logger, statusCode, reason);
        context.Response.StatusCode = statusCode;
        await context.Response.WriteAsync(reason, context.RequestAborted);
    }

    [LoggerMessage(3001, LogLevel.Information, "A client was refused with {StatusCode}: {Reason}")]
    private static partial void LogRefused(ILogger logger, int statusCode, string reason);
}
