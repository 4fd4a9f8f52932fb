using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Contract.SampleApp;

/// <summary>The test's own door to the app.</summary>
internal sealed class ControlFunctions(EventLog log, Gates gates)
{
    [Function(nameof(ReadLog))]
    public async Task<IResult> ReadLog(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "log/{from:int}")] HttpRequest request, int from) =>
        Results.Json(await log.ReadAsync(from, request.HttpContext.RequestAborted));

    [Function(nameof(LogPosition))]
    public IResult LogPosition(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "log/position")] HttpRequest request) =>
        Results.Json(log.Count);

    [Function(nameof(OpenGate))]
    public IResult OpenGate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "gates/{name}")] HttpRequest request, string name)
    {
        gates.Open(name);
        return Results.NoContent();
    }
}
