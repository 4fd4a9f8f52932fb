using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessGateway.AzureSdk.FunctionsWorker.Http;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>The few of the host's own routes that a local stack needs: whether it is alive, and draining.</summary>
internal static class AdminEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var drain = services.GetRequiredService<Drain>();
        var keys = services.GetRequiredService<AccessKeys>();
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        routes.MapMethods("admin/host/ping", ["GET", "POST"], context => PingAsync(context, drain, lifetime));
        routes.MapMethods("admin/host/drain", ["POST"], context => BeginDrainAsync(context, drain, keys));
        routes.MapMethods("admin/host/drain/status", ["GET"], context => DrainStatusAsync(context, drain, keys));
    }

    /// <summary>
    /// 503 once the process drains or stops, so that a balancer takes it out. In Azure the platform knows without asking.
    /// </summary>
    private static Task PingAsync(HttpContext context, Drain drain, IHostApplicationLifetime lifetime)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode =
            drain.State == DrainState.Disabled && !lifetime.ApplicationStopping.IsCancellationRequested
                ? StatusCodes.Status200OK
                : StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static Task BeginDrainAsync(HttpContext context, Drain drain, AccessKeys keys)
    {
        if (!keys.Allows(AuthorizationLevel.Admin, context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        // The host answers before its listeners have stopped, since one of them may hang; progress is asked for apart.
        _ = drain.Begin();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static Task DrainStatusAsync(HttpContext context, Drain drain, AccessKeys keys)
    {
        if (!keys.Allows(AuthorizationLevel.Admin, context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        return context.Response.WriteAsJsonAsync(
            new { state = drain.State.ToString(), outstandingInvocations = drain.Outstanding, outstandingRetries = 0 });
    }
}
