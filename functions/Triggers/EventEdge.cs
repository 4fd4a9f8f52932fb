using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Triggers;

/// <summary>
/// Translates the trigger's types. An answer to an event of a client has no sure way to change the connection's state
/// here, so connect grants no known set: a resume then joins all of its groups again.
/// </summary>
internal sealed class EventEdge(
    IInstanceDirectory instances, CallbackAuthenticator authenticator, CallbackHandlers handlers, IOptions<GatewayOptions> options)
    : IEventEdge
{
    /// <inheritdoc/>
    public async Task<WebPubSubEventResponse> ConnectAsync(ConnectEventRequest request, CancellationToken cancellationToken)
    {
        if (await AdmitAsync(request, cancellationToken) is not { } instance)
        {
            return ConnectEventRequest.CreateErrorResponse(WebPubSubErrorCode.Unauthorized, Forbidden());
        }

        var context = request.ConnectionContext;
        var outcome = await handlers.Connect.HandleAsync(
            new ConnectEvent(
                instance.Name, context.ConnectionId, First(request.Claims, "sub") ?? context.UserId, First(request.Query, "session"),
                request.Subprotocols ?? []),
            cancellationToken);
        if (outcome is not ConnectOutcome.Accepted accepted)
        {
            var error = ((ConnectOutcome.Refused)outcome).Error;
            return ConnectEventRequest.CreateErrorResponse(ToCode(error), Encoding.UTF8.GetString(EdgeJson.Serialize(error)));
        }

        var response = ConnectEventRequest.CreateResponse(accepted.User, accepted.Groups, accepted.Subprotocol, []);
        var state = accepted.State with { SetVersion = ConnectionState.UnknownSet };
        response.SetState(ConnectionStateCodec.Key, BinaryData.FromBytes(ConnectionStateCodec.EncodeValue(state)!));
        return response;
    }

    /// <inheritdoc/>
    public async Task<WebPubSubEventResponse> MessageAsync(UserEventRequest request, CancellationToken cancellationToken)
    {
        if (await AdmitAsync(request, cancellationToken) is not { } instance)
        {
            return UserEventRequest.CreateErrorResponse(WebPubSubErrorCode.Unauthorized, Forbidden());
        }

        var context = request.ConnectionContext;
        var facts = new ConnectionFacts(instance.Name, context.ConnectionId, StateOf(context));
        var result = await handlers.Requests.HandleAsync(
            request.Data?.ToMemory() ?? ReadOnlyMemory<byte>.Empty, facts, cancellationToken);
        return UserEventRequest.CreateResponse(BinaryData.FromBytes(result.Reply), WebPubSubDataType.Json);
    }

    /// <inheritdoc/>
    public async Task DisconnectedAsync(DisconnectedEventRequest request, CancellationToken cancellationToken)
    {
        if (await AdmitAsync(request, cancellationToken) is not null)
        {
            var context = request.ConnectionContext;
            await handlers.Disconnected.HandleAsync(context.ConnectionId, StateOf(context), cancellationToken);
        }
    }

    /// <summary>
    /// The instance that calls; null where the edge is off, the origin is none of ours, or the callback is forged.
    /// </summary>
    private async Task<GatewayInstance?> AdmitAsync(WebPubSubEventRequest request, CancellationToken cancellationToken)
    {
        var context = request.ConnectionContext;
        var instance = options.Value.TriggerEdge
            ? instances.Instances.FirstOrDefault(one => CallbackOrigin.IsOf(context.Origin, one))
            : null;
        var authorization = First(context.Headers, "Authorization") ?? First(context.Headers, "authorization");
        return instance is not null && await authenticator.AdmitsAsync(
            instance, context.ConnectionId, context.Signature, authorization, cancellationToken) ? instance : null;
    }

    private string Forbidden() => Encoding.UTF8.GetString(EdgeJson.Serialize(ErrorDetail.Of(
        ErrorCodes.CallbackForbidden,
        options.Value.TriggerEdge
            ? "The callback does not come from an instance of this gateway."
            : $"Callbacks by the trigger's route are off; {GatewayOptions.SectionName}:{nameof(GatewayOptions.TriggerEdge)} turns them on.")));

    private static ConnectionState? StateOf(WebPubSubConnectionContext context) =>
        context.ConnectionStates is { } states && states.TryGetValue(ConnectionStateCodec.Key, out var value)
            ? ConnectionStateCodec.DecodeValue(value.ToMemory().Span)
            : null;

    private static WebPubSubErrorCode ToCode(ErrorDetail error) =>
        ErrorCodes.All.FirstOrDefault(code => code.Code == error.Code)?.HttpStatus switch
        {
            401 or 403 => WebPubSubErrorCode.Unauthorized,
            >= 400 and < 500 => WebPubSubErrorCode.UserError,
            _ => WebPubSubErrorCode.ServerError,
        };

    private static string? First(IReadOnlyDictionary<string, string[]>? values, string name) =>
        values is not null && values.TryGetValue(name, out var found) ? found.FirstOrDefault() : null;
}
