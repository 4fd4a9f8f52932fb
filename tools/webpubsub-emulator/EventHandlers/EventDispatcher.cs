using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// Raises the events of clients at the event handlers of their hub: connect and user events block and have an answer,
/// connected and disconnected do not.
/// </summary>
internal sealed partial class EventDispatcher(
    EventRouting routing,
    CallbackFaults sender,
    HandlerCookies cookies,
    Notifications notifications,
    ILogger<EventDispatcher> logger)
{
    // The events of a connection are numbered from it on, so connect comes first.
    private const long ConnectEventId = 0;

    private static readonly ConnectionEnd NoHandler = new(
        ConnectionEnd.InternalError, "No event handler takes this event.", EndKind.EventHandlerNotFound);

    /// <summary>
    /// Asks whether a client may connect, and as whom. A 4xx of the handler is what the client gets; a failure is a 500.
    /// </summary>
    public async Task<ConnectOutcome> ConnectAsync(
        HubCore hub, ConnectionSpec spec, JsonWebToken token, HttpRequest request, CancellationToken cancellationToken)
    {
        if (routing.Current.ForSystemEvent(hub.Name, "connect") is not { } rule) return ConnectOutcome.Accepted.AsIs;
        var answer = await sender.SendAsync(
            Of(hub, spec, CallbackKind.Connect, "connect") with
            {
                Body = ConnectBody.Write(token, request, request.HttpContext.WebSockets.WebSocketRequestedProtocols),
            },
            rule,
            cancellationToken);
        var outcome = ToOutcome(answer, spec.ConnectionId);
        if (outcome is ConnectOutcome.Refused) cookies.Forget(spec.ConnectionId);
        return outcome;
    }

    /// <summary>Raises a user event and waits for what came of it.</summary>
    public async Task<EventOutcome> RaiseAsync(
        HubCore hub, HubConnection connection, ClientRequest.Event raised, CancellationToken cancellationToken)
    {
        if (routing.Current.ForUserEvent(hub.Name, raised.Name) is not { } rule)
        {
            LogNoHandler(logger, hub.Name.Value, raised.Name, connection.Id);
            return new EventOutcome.Failed(NoHandler);
        }

        var told = Of(hub, connection, CallbackKind.User, raised.Name) with
        {
            Body = raised.Data.Bytes,
            ContentType = ContentTypeOf(raised.Data.Type),
            Metadata = raised.Data.Metadata,
        };
        var reason = "";
        switch (await sender.SendAsync(told, rule, cancellationToken))
        {
            case HandlerAnswer.Answered { IsSuccess: true } answered:
                return new EventOutcome.Handled(MessageOf(answered), answered.State);
            case HandlerAnswer.Answered answered:
                reason = $"The event handler answered {answered.StatusCode}.";
                break;
            case HandlerAnswer.Failed failed:
                reason = failed.Reason;
                break;
        }

        LogFailed(logger, raised.Name, connection.Id, reason);
        return new EventOutcome.Failed(new ConnectionEnd(
            ConnectionEnd.InternalError, reason, EndKind.SendEventFailed));
    }

    public void Connected(HubCore hub, HubConnection connection) =>
        Notify(Of(hub, connection, CallbackKind.Connected, "connected") with { Body = "{}"u8.ToArray() });

    public void Disconnected(HubCore hub, HubConnection connection, ConnectionEnd end) =>
        Notify(Of(hub, connection, CallbackKind.Disconnected, "disconnected") with { Body = ReasonBody(end.Reason) });

    /// <summary>
    /// Tells that a client whom the handler let in was turned away after all: whoever heard of connect hears of the end.
    /// </summary>
    public void Abandoned(HubCore hub, ConnectionSpec spec, string reason)
    {
        if (routing.Current.ForSystemEvent(hub.Name, "connect") is null) return;
        Notify(Of(hub, spec, CallbackKind.Disconnected, "disconnected") with
        {
            Id = ConnectEventId + 1,
            State = spec.State,
            Body = ReasonBody(reason),
        });
    }

    private static MessageData? MessageOf(HandlerAnswer.Answered answered) => answered switch
    {
        { Message: { } message } => message,
        { Metadata: { } metadata } => new MessageData(MessageDataType.Text, default, metadata),
        _ => null,
    };

    private static string ContentTypeOf(MessageDataType type) => type switch
    {
        MessageDataType.Text => "text/plain",
        MessageDataType.Json => "application/json",
        MessageDataType.Binary => "application/octet-stream",
        _ => "application/x-protobuf",
    };

    private static byte[] ReasonBody(string reason) => JsonSerializer.SerializeToUtf8Bytes(new { reason });

    private static CloudEvent Of(HubCore hub, HubConnection connection, CallbackKind kind, string name) =>
        Of(hub, connection.Spec, kind, name) with
        {
            Id = ConnectEventId + connection.NextEventNumber(),
            State = connection.State,
        };

    private static CloudEvent Of(HubCore hub, ConnectionSpec spec, CallbackKind kind, string name) => new()
    {
        Kind = kind,
        Hub = hub.Name,
        ConnectionId = spec.ConnectionId,
        Id = ConnectEventId,
        Name = name,
        Body = default,
        ContentType = "application/json; charset=utf-8",
        UserId = spec.UserId,
        Subprotocol = spec.Subprotocol,
    };

    private ConnectOutcome ToOutcome(HandlerAnswer answer, string connectionId)
    {
        var problem = "";
        switch (answer)
        {
            case HandlerAnswer.Answered { IsSuccess: true } answered:
                try
                {
                    return ConnectBody.Read(answered.Message is { } message ? message.Bytes.Span : default, answered.State);
                }
                catch (FormatException exception)
                {
                    problem = $"The answer of the event handler cannot be used: {exception.Message}";
                }

                break;
            case HandlerAnswer.Answered { StatusCode: >= 400 and < 500 } refusal:
                return new ConnectOutcome.Refused(refusal.StatusCode, "The event handler refused the connection.");
            case HandlerAnswer.Answered other:
                problem = $"The event handler answered {other.StatusCode}.";
                break;
            case HandlerAnswer.Failed failed:
                problem = failed.Reason;
                break;
        }

        LogFailed(logger, "connect", connectionId, problem);
        return new ConnectOutcome.Refused(StatusCodes.Status500InternalServerError, problem);
    }

    private void Notify(CloudEvent told)
    {
        var isLast = told.Kind == CallbackKind.Disconnected;
        if (routing.Current.ForSystemEvent(told.Hub, told.Name) is not { } rule)
        {
            if (isLast) cookies.Forget(told.ConnectionId);
            return;
        }

        var isQueued = notifications.Post(async stopping =>
        {
            switch (await sender.SendAsync(told, rule, stopping))
            {
                case HandlerAnswer.Failed failed:
                    LogFailed(logger, told.Name, told.ConnectionId, failed.Reason);
                    break;
                case HandlerAnswer.Answered { IsSuccess: false } answered:
                    LogFailed(logger, told.Name, told.ConnectionId, $"The event handler answered {answered.StatusCode}.");
                    break;
            }

            if (isLast) cookies.Forget(told.ConnectionId);
        });
        if (isLast && !isQueued) cookies.Forget(told.ConnectionId);
    }

    [LoggerMessage(3201, LogLevel.Warning, "Hub {Hub} has no event handler for {EventName} of {ConnectionId}")]
    private static partial void LogNoHandler(ILogger logger, string hub, string eventName, string connectionId);

    [LoggerMessage(3202, LogLevel.Warning, "Event {EventName} of {ConnectionId} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string eventName, string connectionId, string reason);
}
