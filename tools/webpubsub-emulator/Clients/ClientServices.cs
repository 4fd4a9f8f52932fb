using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>What every client connection needs from its instance.</summary>
internal sealed record ClientServices(
    EventDispatcher Events,
    Meter Meter,
    HubLimits Limits,
    TimeProvider Time,
    ILogger Logger);
