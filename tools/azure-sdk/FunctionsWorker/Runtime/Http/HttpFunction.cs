using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Http;

/// <summary>Answers a request by running a function.</summary>
internal sealed class HttpFunction(FunctionEntry function, AuthorizationLevel level, AccessKeys keys, FunctionRunner runner)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!keys.Allows(level, context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var data = new TriggerData(context.Request)
        {
            Named = RouteValues(context),
            Begin = execution => ShareServices(context, execution),
        };
        try
        {
            await runner.RunAsync(function, data, (result, _) => WriteAsync(result, context), context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: there is nobody to answer.
        }
        catch (Exception) when (!context.Response.HasStarted)
        {
            // The runner has logged it. Like the host, say no more than that it failed.
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static Dictionary<string, object?> RouteValues(HttpContext context) =>
        context.Request.RouteValues.ToDictionary(
            pair => pair.Key, pair => (object?)pair.Value?.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>What the request's services are is the scope of the execution, not a second scope beside it.</summary>
    private static void ShareServices(HttpContext context, FunctionContext execution) =>
        context.Features.Set<IServiceProvidersFeature>(
            new RequestServicesFeature(context, null) { RequestServices = execution.InstanceServices });

    private static Task WriteAsync(object? result, HttpContext context) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(
            new ActionContext(context, context.GetRouteData(), new ActionDescriptor())),
        IResult plain => plain.ExecuteAsync(context),
        _ => Task.CompletedTask,
    };
}
