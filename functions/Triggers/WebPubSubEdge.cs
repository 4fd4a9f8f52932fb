using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Triggers;

/// <summary>
/// Speaks CloudEvents in binary mode over HTTP. Any status but 2xx to a client's event closes the client's connection,
/// so only what does not come from Web PubSub gets one.
/// </summary>
internal sealed class WebPubSubEdge(
    IInstanceDirectory instances, CallbackAuthenticator authenticator, CallbackHandlers handlers, ILogger<WebPubSubEdge> log)
    : IHttpEdge<WebPubSubEventsFunction>
{
    /// <summary>The one event of clients; PROTOCOL.md section 3.</summary>
    public const string GatewayEvent = "gateway";

    private const string OriginHeader = "WebHook-Request-Origin";

    /// <summary>Web PubSub's largest frame is 1 MB; more can not come from it.</summary>
    private const int MaxBodyBytes = (1024 * 1024) + (64 * 1024);

    /// <inheritdoc/>
    public async Task<IActionResult> HandleAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        if (!InstanceName.TryParse(name, out var parsed) || instances.Instances.FirstOrDefault(one => one.Name == parsed) is not { } instance)
        {
            return HttpAnswer.Of(ErrorDetail.Of(ErrorCodes.UnknownInstance, "No such instance is configured.", name));
        }

        if (HttpMethods.IsOptions(request.Method))
        {
            return Consent(request, instance);
        }

        try
        {
            return await HandleEventAsync(request, instance, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Not a client's doing: the keys that callbacks are checked with could not be had, or there is a fault. The
            // platform repeats a 500.
            EdgeLog.Failed(log, nameof(WebPubSubEventsFunction), exception);
            return HttpAnswer.Of(EdgeLog.Internal);
        }
    }

    /// <summary>
    /// The abuse protection of webhooks: only the instance of this route is wanted here. It carries no token. The
    /// header may hold a list.
    /// </summary>
    private static HttpAnswer Consent(HttpRequest request, GatewayInstance instance)
    {
        var origins = request.Headers[OriginHeader].ToString();
        var wanted = origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(origin => CallbackOrigin.IsOf(origin, instance));
        return wanted is null
            ? HttpAnswer.Of(ErrorDetail.Of(ErrorCodes.CallbackForbidden, "The origin is not the instance of this route.", origins))
            : new HttpAnswer(200).With("WebHook-Allowed-Origin", wanted);
    }

    private async Task<HttpAnswer> HandleEventAsync(
        HttpRequest request, GatewayInstance instance, CancellationToken cancellationToken)
    {
        if (!CloudEventHeaders.TryRead(request.Headers, out var headers))
        {
            return HttpAnswer.Of(RequestErrors.Malformed("Not a CloudEvent of Web PubSub in binary mode."));
        }

        // Before the body is read: who is not let in costs nothing.
        if (!await authenticator.AdmitsAsync(
            instance, headers.ConnectionId, headers.Signature, request.Headers.Authorization, cancellationToken))
        {
            return HttpAnswer.Of(ErrorDetail.Of(ErrorCodes.CallbackForbidden, "The callback does not come from the instance of this route."));
        }

        if (await BoundedBody.ReadAsync(request, MaxBodyBytes, cancellationToken) is not { } body)
        {
            return HttpAnswer.Of(ErrorDetail.Of(
                ErrorCodes.RequestTooLarge, "The body is over the limit, in bytes.", request.ContentLength, MaxBodyBytes));
        }

        return headers.Type switch
        {
            CloudEventHeaders.ConnectType => await ConnectAsync(headers, instance, body, cancellationToken),
            // Nothing rests on it: what there is to know of a new connection, connect knew.
            CloudEventHeaders.ConnectedType => new HttpAnswer(204),
            CloudEventHeaders.DisconnectedType => await DisconnectedAsync(headers, cancellationToken),
            _ when headers.Type.StartsWith(CloudEventHeaders.UserTypePrefix, StringComparison.OrdinalIgnoreCase) =>
                await MessageAsync(headers, instance, body, cancellationToken),
            _ => HttpAnswer.Of(RequestErrors.Malformed("Not an event of Web PubSub.", headers.Type)),
        };
    }

    private async Task<HttpAnswer> ConnectAsync(
        CloudEventHeaders headers, GatewayInstance instance, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (EdgeJson.TryDeserialize<ConnectBody>(body.Span) is not { } connect)
        {
            return HttpAnswer.Of(RequestErrors.Malformed("The body of connect is not JSON of the documented shape."));
        }

        var outcome = await handlers.Connect.HandleAsync(
            new ConnectEvent(
                // The claim first: it comes in a body, where names beyond ASCII are safe.
                instance.Name, headers.ConnectionId, First(connect.Claims, "sub") ?? headers.User, First(connect.Query, "session"),
                connect.Subprotocols ?? []),
            cancellationToken);
        return outcome switch
        {
            ConnectOutcome.Accepted accepted => HttpAnswer
                .Ok(EdgeJson.Serialize(new ConnectAnswer(accepted.User, accepted.Groups, accepted.Subprotocol)))
                .With(CloudEventHeaders.StateHeader, ConnectionStateCodec.EncodeHeader(accepted.State)!),
            ConnectOutcome.Refused refused => HttpAnswer.Of(refused.Error),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
        };
    }

    private async Task<HttpAnswer> MessageAsync(
        CloudEventHeaders headers, GatewayInstance instance, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var facts = new ConnectionFacts(
            instance.Name, headers.ConnectionId, ConnectionStateCodec.DecodeHeader(headers.State));
        var result = headers.EventName == GatewayEvent
            ? await handlers.Requests.HandleAsync(body, facts, cancellationToken)
            : RequestHandler.UnknownEvent(headers.EventName);
        var answer = HttpAnswer.Ok(result.Reply);
        return result.State is { } state && ConnectionStateCodec.EncodeHeader(state) is { } header
            ? answer.With(CloudEventHeaders.StateHeader, header)
            : answer;
    }

    private async Task<HttpAnswer> DisconnectedAsync(CloudEventHeaders headers, CancellationToken cancellationToken)
    {
        await handlers.Disconnected.HandleAsync(
            headers.ConnectionId, ConnectionStateCodec.DecodeHeader(headers.State), cancellationToken);
        return new HttpAnswer(204);
    }

    private static string? First(Dictionary<string, string[]>? values, string name) =>
        values is not null && values.TryGetValue(name, out var found) ? found.FirstOrDefault() : null;
}
