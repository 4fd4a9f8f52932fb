using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Http;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>The route at which the Web PubSub service delivers events, and the dispatch of them to functions.</summary>
internal sealed class WebhookEndpoint(EventFunctions functions, AccessKeys keys, FunctionRunner runner)
{
    private const string Route = "runtime/webhooks/webpubsub/{*extra}";
    private const string AllowedOriginHeader = "WebHook-Allowed-Origin";
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS"];

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services) =>
        routes.MapMethods(Route, Methods, services.GetRequiredService<WebhookEndpoint>().HandleAsync);

    private Task HandleAsync(HttpContext context)
    {
        if (!keys.AllowsWebhook(context.Request))
        {
            return RefuseAsync(context, StatusCodes.Status401Unauthorized);
        }

        return HttpMethods.IsOptions(context.Request.Method) || HttpMethods.IsGet(context.Request.Method)
            ? ValidateAsync(context)
            : DispatchAsync(context);
    }

    /// <summary>The service asks whether its events are wanted here before it sends any.</summary>
    private Task ValidateAsync(HttpContext context)
    {
        var origins = AllowedCallers.Split(context.Request.Headers[CloudEvent.OriginHeader]);
        if (origins.Length == 0 || !functions.AnyKnows(origins))
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest);
        }

        context.Response.Headers[AllowedOriginHeader] = "*";
        return Task.CompletedTask;
    }

    private async Task DispatchAsync(HttpContext context)
    {
        if (!CloudEvent.TryRead(context.Request, out var connection))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest);
        }
        else if (functions.Find(connection) is not { } function)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound);
        }
        else if (!function.Callers.IsSigned(connection.Origin, connection.Signature, connection.ConnectionId))
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized);
        }
        else if (!HttpMethods.IsPost(context.Request.Method))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest);
        }
        else
        {
            await RunAsync(function.Function, connection, context);
        }
    }

    private async Task RunAsync(FunctionEntry function, WebPubSubConnectionContext connection, HttpContext context)
    {
        var kind = EventKinds.Of(connection.EventType, connection.EventName);
        try
        {
            if (await EventBody.ReadAsync(kind, context.Request, connection) is not { } request)
            {
                await EventAnswer.WriteErrorAsync(
                    WebPubSubErrorCode.UserError,
                    $"Messages are text, binary or JSON, not {context.Request.ContentType}.",
                    context.Response);
                return;
            }

            await runner.RunAsync(
                function,
                new TriggerData(request),
                (result, _) => EventAnswer.WriteAsync(result, kind, connection, context.Response),
                context.RequestAborted);
        }
        catch (JsonException) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await FailAsync(exception, kind, context);
        }
    }

    /// <summary>
    /// Events that nobody waits for are done even when the function failed; the host does not tell the service. The
    /// others fail. (The host answers them only when the caller has given up, since no result ever comes.)
    /// </summary>
    private static Task FailAsync(Exception exception, EventKind kind, HttpContext context) =>
        kind is EventKind.Connect or EventKind.User
            ? EventAnswer.WriteErrorAsync(WebPubSubErrorCode.ServerError, exception.Message, context.Response)
            : Task.CompletedTask;

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
