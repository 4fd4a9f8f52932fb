using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Rest;

namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>
/// <c>PUT /faults</c>: one command as JSON, carried out at once. Kinds: <c>dropConnection</c> with a
/// <c>connectionId</c> or a <c>userId</c> cuts the TCP connection of that client, or of all of that user, without a close
/// frame; <c>refuseRest</c> answers every REST call
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
        LogCommand(logger, command.Kind ?? "", command.ConnectionId ?? command.UserId);
        return result;
    }

    private IResult Apply(FaultCommand command)
    {
        switch (command.Kind)
        {
            case "dropConnection" when !string.IsNullOrEmpty(command.ConnectionId):
                return Drop(new Target.Connection(command.ConnectionId)) is var dropped and > 0
                    ? Results.Json(new { dropped })
                    : RestResults.NotFound($"There is no connection '{command.ConnectionId}'.");
            case "dropConnection" when !string.IsNullOrEmpty(command.UserId):
                // A user may well be on another instance only, so none is an answer, not an error.
                return Results.Json(new { dropped = Drop(new Target.User(command.UserId)) });
            case "dropConnection":
                return RestResults.BadRequest("'connectionId' or 'userId' is missing.");
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

    private int Drop(Target target) =>
        hubs.All.Sum(hub => hub.EndAll(target, SendScope.Everyone, ConnectionEnd.Dropped));

    [LoggerMessage(3301, LogLevel.Warning, "Fault command {Kind} {Target}")]
    private static partial void LogCommand(ILogger logger, string kind, string? target);

    private sealed record FaultCommand(string? Kind, string? ConnectionId, string? UserId);
}
