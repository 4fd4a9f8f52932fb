using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>
/// The callbacks of Web PubSub by the extension's trigger, whose route all instances share: who calls is known from the
/// origin. Off unless <c>Gateway:TriggerEdge</c> is true. <c>connected</c> has no function, since nothing rests on it.
/// </summary>
public sealed class WebPubSubTriggerFunctions(IEventEdge edge)
{
    private const string Hub = "gateway";

    /// <summary>A client asks to connect.</summary>
    [Function("WebPubSubConnect")]
    public Task<WebPubSubEventResponse> ConnectAsync(
        [WebPubSubTrigger(Hub, WebPubSubEventType.System, "connect")] ConnectEventRequest request,
        CancellationToken cancellationToken) => edge.ConnectAsync(request, cancellationToken);

    /// <summary>A client sent the event <c>gateway</c>.</summary>
    [Function("WebPubSubMessage")]
    public Task<WebPubSubEventResponse> MessageAsync(
        [WebPubSubTrigger(Hub, WebPubSubEventType.User, WebPubSubEdge.GatewayEvent)] UserEventRequest request,
        CancellationToken cancellationToken) => edge.MessageAsync(request, cancellationToken);

    /// <summary>A connection is gone.</summary>
    [Function("WebPubSubDisconnected")]
    public Task DisconnectedAsync(
        [WebPubSubTrigger(Hub, WebPubSubEventType.System, "disconnected")] DisconnectedEventRequest request,
        CancellationToken cancellationToken) => edge.DisconnectedAsync(request, cancellationToken);
}
