using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Http;

/// <summary>The HTTP side: health as the official emulator answers it, counts of what happened, and faults on command.</summary>
internal static class EmulatorEndpoints
{
    public static void MapEmulator(this IEndpointRouteBuilder routes, MessageBroker broker, FaultEndpoints faults)
    {
        routes.MapGet("/health", () => Results.Json(new { status = "healthy" }));
        routes.MapGet("/$servicebus/websocket", () => Results.Text(
            "AMQP over WebSocket is not supported by the emulator; connect by plain AMQP.", statusCode: 501));
        faults.Map(routes);
        routes.MapGet("/meter", () => Results.Json(MeterReport.Of(broker)));
    }
}
