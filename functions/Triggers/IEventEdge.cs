using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>
/// What stands behind the functions of the Web PubSub trigger; public for the same reason as <see
/// cref="IHttpEdge{TFunction}"/>.
/// </summary>
public interface IEventEdge
{
    /// <summary>A client asks to connect.</summary>
    Task<WebPubSubEventResponse> ConnectAsync(ConnectEventRequest request, CancellationToken cancellationToken);

    /// <summary>A client sent an event.</summary>
    Task<WebPubSubEventResponse> MessageAsync(UserEventRequest request, CancellationToken cancellationToken);

    /// <summary>A connection is gone.</summary>
    Task DisconnectedAsync(DisconnectedEventRequest request, CancellationToken cancellationToken);
}
