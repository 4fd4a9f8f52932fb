using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Rest;

namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>
/// <c>PUT /faults</c>: one command as JSON, carried out at once. Kinds: <c>dropConnection</c> with a
/// <c>connectionId</c> cuts that client's TCP connection without a close frame; <c>refuseRest</c> answers every REST call
/// with 503 until <c>restore</c>. The instance listens on loopback only, so commands need no token.
/// </summary>
internal sealed partial class FaultEndpoint(HubRegistry hubs, FaultState faults, ILogger<FaultEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var result = await ReadAndApplyAsync(context);
        await result.ExecuteAsync(context);
    }

    private async Task<IResult> ReadAndApplyAsync(HttpContext context)
    {
        FaultCommand? command;
        try
        {
            command = await context.Request.ReadFromJsonAsync<FaultCommand>(context.RequestAborted);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return RestResults.BadRequest($"The command is not readable: {exception.Message}");
        }

        if (command is null) return RestResults.BadRequest("The command is null.");
        var result = Apply(command);
        LogCommand(logger, command.Kind ?? "", command.ConnectionId);
        return result;
    }

    private IResult Apply(FaultCommand command)
    {
        switch (command.Kind)
        {
            case "dropConnection" when !string.IsNullOrEmpty(command.ConnectionId):
                return Drop(command.ConnectionId)
                    ? RestResults.NoContent
                    : RestResults.NotFound($"There is no connection '{command.ConnectionId}'.");
            case "dropConnection":
                return RestResults.BadRequest("'connectionId' is missing.");
            case "refuseRest":
                faults.RefusesRest = true;
                return RestResults.NoContent;
            case "restore":
                faults.RefusesRest = false;
                return RestResults.NoContent;
            default:
                return RestResults.BadRequest(
                    $"'kind' is '{command.Kind}'; it must be dropConnection, refuseRest or restore.");
        }
    }

    private bool Drop(string connectionId)
    {
        foreach (var hub in hubs.All)
        {
            if (hub.Find(connectionId) is { } connection) return hub.End(connection, ConnectionEnd.Dropped);
        }

        return false;
    }

    [LoggerMessage(3301, LogLevel.Warning, "Fault command {Kind} {ConnectionId}")]
    private static partial void LogCommand(ILogger logger, string kind, string? connectionId);

    private sealed record FaultCommand(string? Kind, string? ConnectionId);
}
