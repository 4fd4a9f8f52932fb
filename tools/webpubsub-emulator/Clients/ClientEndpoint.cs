using Microsoft.IdentityModel.JsonWebTokens;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Quotas;

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
    ClientSessions sessions,
    ClientRecovery recovery,
    ReconnectionTokens reconnectionTokens,
    InstanceFaults faults,
    Quota quota,
    ILogger<ClientEndpoint> logger)
{
    private const string GroupClaim = "webpubsub.group";

    public async Task HandleAsync(HttpContext context)
    {
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

        if (ClientRecovery.IsAskedFor(context.Request))
        {
            await recovery.HandleAsync(context, hubName);
            return;
        }

        // Hub names may hold characters that some libraries escape in the audience and others do not.
        var audience = $"/client/hubs/{hubName.Value}";
        var escaped = $"/client/hubs/{Uri.EscapeDataString(hubName.Value)}";
        var read = await tokens.ReadAsync(
            TokenOf(context.Request), url => address.Is(url, context.Request.Host, audience, escaped));
        if (read is TokenResult.Refused refused)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, refused.Reason);
            return;
        }

        var token = ((TokenResult.Valid)read).Token;
        if (faults.RefusesHandshake(context, hubName, token.Subject) is { } status)
        {
            await RefuseAsync(context, status, "The handshake was refused: a fault rule says so.");
            return;
        }

        var hub = hubs.Get(hubName);
        if (hub is null)
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "There are too many hubs.");
            return;
        }

        if (quota.RefusalOfClient() is { } refusal)
        {
            // Before the event handler is asked: nobody should hear of a client that there is no room for.
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, refusal);
            return;
        }

        await AdmitAsync(context, hub, token);
    }

    /// <summary>MQTT clients have a path of their own; they are told what is missing, not that the path is.</summary>
    public Task RefuseMqttAsync(HttpContext context) =>
        RefuseAsync(context, StatusCodes.Status501NotImplemented, "This emulator does not speak MQTT.");

    private async Task AdmitAsync(HttpContext context, HubCore hub, JsonWebToken token)
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
            services.Events.Abandoned(hub, accepted.ApplyTo(spec), "The subprotocol cannot be used.");
            await RefuseAsync(context, StatusCodes.Status400BadRequest, Subprotocols.Refusal(offered));
            return;
        }

        await OpenAsync(context, hub, Merge(hub, spec, accepted, chosen));
    }

    private async Task OpenAsync(HttpContext context, HubCore hub, ConnectionSpec spec)
    {
        var signal = new OutboxSignal();
        if (sessions.TryOpen(hub, spec, signal) is not var (connection, session))
        {
            services.Events.Abandoned(hub, spec, "The connection count limit is reached.");
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "The connection count limit is reached.");
            return;
        }

        var outbox = connection.Outbox;
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(spec.Subprotocol);
            services.Events.Connected(hub, connection);
            await new ClientSocket(socket, hub, connection, outbox, signal, session, services).RunAsync(context.Abort);
        }
        finally
        {
            // Only where the socket could not be opened: otherwise its end is decided already.
            hub.EndFrom(connection, outbox, ConnectionEnd.Lost);
        }
    }

    private ConnectionSpec Merge(
        HubCore hub, ConnectionSpec spec, ConnectOutcome.Accepted accepted, string? subprotocol)
    {
        var isReliable = Subprotocols.IsReliable(subprotocol);
        return accepted.ApplyTo(spec) with
        {
            Subprotocol = subprotocol,
            Protocol = Subprotocols.ProtocolOf(subprotocol),
            IsReliable = isReliable,
            ReconnectionToken = isReliable ? reconnectionTokens.Issue(hub.Name, spec.ConnectionId) : null,
        };
    }

    private static bool TryReadMode(HttpContext context, out PlainMode mode)
    {
        mode = PlainMode.SendEvent;
        var named = Last("webpubsub_mode");
        if (string.IsNullOrEmpty(named) || Is("sendEvent")) return true;
        if (!Is("sendToGroup") || !GroupName.TryParse(Last("group"), out var group)) return false;
        var flag = Last("noEcho");
        // It may stand as a bare flag.
        var noEcho = flag is { Length: 0 };
        if (!string.IsNullOrEmpty(flag) && !bool.TryParse(flag, out noEcho)) return false;
        mode = new PlainMode(group, noEcho);
        return true;

        bool Is(string name) => string.Equals(named, name, StringComparison.OrdinalIgnoreCase);

        // Of a parameter that comes more than once the last counts.
        string? Last(string name) => context.Request.Query[name].LastOrDefault();
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

    private async Task RefuseAsync(HttpContext context, int statusCode, string reason)
    {
        LogRefused(logger, statusCode, reason);
        context.Response.StatusCode = statusCode;
        await context.Response.WriteAsync(reason, context.RequestAborted);
    }

    [LoggerMessage(3001, LogLevel.Information, "A client was refused with {StatusCode}: {Reason}")]
    private static partial void LogRefused(ILogger logger, int statusCode, string reason);
}
