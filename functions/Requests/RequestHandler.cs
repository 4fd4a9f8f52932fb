using Microsoft.Extensions.Logging;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>
/// Answers one event of a client: the one door of both edges. Whatever is wrong becomes an answer, since any status but
/// 200 closes the client's connection. Web PubSub repeats callbacks, so every request may be handled twice.
/// </summary>
internal sealed class RequestHandler(
    RequestHandlers handlers, RequestSetting setting, GatewayMetrics metrics, ILogger<RequestHandler> log)
{
    public async Task<RequestResult> HandleAsync(
        ReadOnlyMemory<byte> body, ConnectionFacts facts, CancellationToken cancellationToken)
    {
        var began = setting.Timestamp;
        var (request, error) = Read(body, facts);
        var (reply, state) = error is null ? await AnswerAsync(request!, facts, cancellationToken) : (error, null);
        metrics.Request(NameOf(request), (reply as ErrorReply)?.Error.Code ?? 0, setting.Since(began));
        return new RequestResult(ReplyCodec.Encode(reply), state);
    }

    /// <summary>The answer to an event of any other name than <c>gateway</c>.</summary>
    public static RequestResult UnknownEvent(string name) => new(ReplyCodec.Encode(new ErrorReply(
        0, ErrorDetail.Of(ErrorCodes.UnknownRequest, "The gateway knows only the event 'gateway'.", name))));

    private async Task<(GatewayReply Reply, ConnectionState? State)> AnswerAsync(
        GatewayRequest request, ConnectionFacts facts, CancellationToken cancellationToken)
    {
        var context = new ClientContext(facts.Instance, facts.ConnectionId, facts.State!);
        try
        {
            if (request is PublishRequest publication)
            {
                // Publishing has a limit of its own; a cut here would make outcomes unknown that are not.
                return (await handlers.Publish.HandleAsync(publication, context, cancellationToken), null);
            }

            using var limited = setting.Limit(cancellationToken);
            return await DispatchAsync(request, context, limited.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (new ErrorReply(request.Id, Explain(exception, facts)), null);
        }
    }

    private async Task<(GatewayReply Reply, ConnectionState? State)> DispatchAsync(
        GatewayRequest request, ClientContext context, CancellationToken cancellationToken) => request switch
        {
            SubscribeRequest one => await handlers.Subscribe.SubscribeAsync(one, context, cancellationToken),
            ResumeRequest one => await handlers.Subscribe.ResumeAsync(one, context, cancellationToken),
            UnsubscribeRequest one => await handlers.Unsubscribe.HandleAsync(one, context, cancellationToken),
            HistoryRequest one => (await handlers.Read.HistoryAsync(one, context, cancellationToken), null),
            CheckRequest one => (await handlers.Read.CheckAsync(one, context, cancellationToken), null),
            PositionsRequest one => (await handlers.Read.PositionsAsync(one, context, cancellationToken), null),
            _ => (new ErrorReply(request.Id, ErrorDetail.Of(
                ErrorCodes.UnknownRequest, "The gateway knows no such request.", request.GetType().Name)), null),
        };

    private (GatewayRequest? Request, ErrorReply? Error) Read(ReadOnlyMemory<byte> body, ConnectionFacts facts)
    {
        var decoded = RequestCodec.Decode(body.Span);
        var id = decoded.Request?.Id ?? decoded.Error!.Id;
        var error = body.Length > setting.Options.MaxRequestBytes
            ? ErrorDetail.Of(ErrorCodes.RequestTooLarge, "The request is over the limit, in bytes.", body.Length, setting.Options.MaxRequestBytes)
            : decoded.Error?.Error ?? CheckConnection(facts);
        // What rides on publish is ignored: publishing touches no table.
        error ??= decoded.Request is PublishRequest
            ? null
            : PositionMerge.Check(decoded.Request!.Positions, setting.Options.MaxChannelsPerSession);
        return error is null ? (decoded.Request, null) : (null, new ErrorReply(id, error));
    }

    private ErrorDetail? CheckConnection(ConnectionFacts facts) => facts switch
    {
        { State: null } => ErrorDetail.Of(
            ErrorCodes.StateUnreadable, "The connection's state can not be read by this process; connect again."),
        _ when facts.State.Instance != facts.Instance => ErrorDetail.Of(
            ErrorCodes.StateUnreadable, "The connection's state names another instance; connect again.", facts.State.Instance),
        _ when facts.State.Expires <= setting.Now => ErrorDetail.Of(
            ErrorCodes.TokenExpired, "The token behind the connection has expired; negotiate with a new one."),
        _ => null,
    };

    private static string NameOf(GatewayRequest? request) => request switch
    {
        PublishRequest => "publish",
        SubscribeRequest => "subscribe",
        ResumeRequest => "resume",
        UnsubscribeRequest => "unsubscribe",
        HistoryRequest => "history",
        CheckRequest => "check",
        PositionsRequest => "positions",
        _ => "unreadable",
    };

    private ErrorDetail Explain(Exception exception, ConnectionFacts facts)
    {
        switch (exception)
        {
            case StoreUnavailableException or OperationCanceledException:
                RequestLog.StoreUnavailable(log, facts.ConnectionId, exception);
                return RequestErrors.StoreUnavailable;
            case FormatVersionException:
                RequestLog.StoreUnavailable(log, facts.ConnectionId, exception);
                return ErrorDetail.Of(ErrorCodes.StateUnreadable, "The session was written by a later version; connect again.");
            default:
                RequestLog.RequestFailed(log, facts.ConnectionId, exception);
                return ErrorDetail.Of(ErrorCodes.Internal, "An unexpected fault; it was logged.");
        }
    }
}
