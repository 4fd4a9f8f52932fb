using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessGateway.Contract.SampleApp;

internal sealed class HttpFunctions(EventLog log, Gates gates, ScopeMarker marker)
{
    /// <summary>Without a route of its own: the function's name is the route.</summary>
    [Function("plain")]
    public static IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        new OkObjectResult(new { method = request.Method, url = $"{request.Scheme}://{request.Host}" });

    [Function("items")]
    public static async ValueTask<IResult> Items(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "items/{id:int}/{part?}")] HttpRequest request,
        int id,
        string? part,
        FunctionContext context)
    {
        await Task.Yield();
        request.HttpContext.Response.Headers["x-function"] = context.FunctionDefinition.Name;
        return Results.Text($"{id} {part ?? "none"}");
    }

    [Function("function-level")]
    public static IResult FunctionLevel([HttpTrigger] HttpRequest request) => Results.Text("in");

    [Function("admin-level")]
    public static IResult AdminLevel([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => Results.Text("in");

    [Function("nothing")]
    public void Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => log.Add("nothing");

    [Function("fails")]
    public static Task<IResult> Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new InvalidOperationException("a secret of the function");

    [Function("scope")]
    public IResult Scope(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context) => Results.Json(new
        {
            injected = marker.Id,
            ofContext = context.InstanceServices.GetRequiredService<ScopeMarker>().Id,
            ofRequest = request.HttpContext.RequestServices.GetRequiredService<ScopeMarker>().Id,
            context.InvocationId,
            context.FunctionId,
        });

    /// <summary>Runs until its caller leaves, or until the gate of this name opens.</summary>
    [Function("slow")]
    public async Task<IResult> Slow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow/{gate}")] HttpRequest request,
        string gate,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        log.Add("slow-begun", $"{gate} {context.CancellationToken == cancellationToken}");
        try
        {
            await gates.WaitAsync(gate).WaitAsync(cancellationToken);
            return Results.Text("done");
        }
        catch (OperationCanceledException)
        {
            log.Add("slow-cancelled", gate);
            throw;
        }
    }
}
