using Microsoft.IdentityModel.JsonWebTokens;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>Raises the events of clients at the event handlers of their hub.</summary>
internal sealed partial class EventDispatcher(ILogger<EventDispatcher> logger)
{
    private static readonly ConnectionEnd NoHandler = new(
        ConnectionEnd.InternalError, "No event handler takes this event.", EndKind.EventHandlerNotFound);

    public Task<ConnectOutcome> ConnectAsync(
        HubCore hub, ConnectionSpec spec, JsonWebToken token, HttpRequest request, CancellationToken cancellationToken)
    {
        LogNoHandler(logger, hub.Name.Value, "connect", spec.ConnectionId);
        return Task.FromResult<ConnectOutcome>(ConnectOutcome.Accepted.AsIs);
    }

    public Task<EventOutcome> RaiseAsync(
        HubCore hub, HubConnection connection, ClientRequest.Event raised, CancellationToken cancellationToken)
    {
        LogNoHandler(logger, hub.Name.Value, raised.Name, connection.Id);
        return Task.FromResult<EventOutcome>(new EventOutcome.Failed(NoHandler));
    }

    public void Connected(HubCore hub, HubConnection connection) =>
        LogNoHandler(logger, hub.Name.Value, "connected", connection.Id);

    public void Disconnected(HubCore hub, HubConnection connection, ConnectionEnd end) =>
        LogNoHandler(logger, hub.Name.Value, "disconnected", connection.Id);

    [LoggerMessage(3201, LogLevel.Debug, "Hub {Hub} has no handler for {EventName} of {ConnectionId}")]
    private static partial void LogNoHandler(ILogger logger, string hub, string eventName, string connectionId);
}
