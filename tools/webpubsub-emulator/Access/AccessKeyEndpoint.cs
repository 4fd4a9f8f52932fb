using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Rest;

namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>
/// <c>GET /access-keys</c> and <c>POST /access-keys/regenerate</c>: what the management operations listKeys and
/// regenerateKey are in the cloud, with their bodies. The instance listens on loopback only, so they need no token.
/// https://learn.microsoft.com/rest/api/webpubsub/controlplane/web-pub-sub/regenerate-key
/// </summary>
internal sealed partial class AccessKeyEndpoint(
    AccessKeys keys, ServiceAddress address, Func<string> newKey, ILogger<AccessKeyEndpoint> logger)
{
    public void Map(IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/access-keys").AddEndpointFilter(async (call, next) =>
            IsLocal(call.HttpContext)
                ? await next(call)
                : RestResults.Error(
                    StatusCodes.Status403Forbidden, "Forbidden", "Access keys are for the machine of the emulator only."));
        routes.MapGet("", List);
        routes.MapPost("/regenerate", (Delegate)RegenerateAsync);
    }

    // Loopback is all that is listened to, but something on this machine may forward for others.
    private static bool IsLocal(HttpContext context) =>
        !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");

    private IResult List() => Results.Json(new
    {
        primaryKey = keys.Primary,
        secondaryKey = keys.Secondary,
        primaryConnectionString = address.ConnectionString(keys.Primary),
        secondaryConnectionString = keys.Secondary is { } secondary ? address.ConnectionString(secondary) : null,
    });

    private async Task<IResult> RegenerateAsync(HttpContext context)
    {
        try
        {
            var wanted = await context.Request.ReadFromJsonAsync<Regeneration>(context.RequestAborted);
            if (!Enum.TryParse<AccessKeyType>(wanted?.KeyType, ignoreCase: true, out var type))
            {
                return RestResults.BadRequest($"'keyType' is '{wanted?.KeyType}'; it must be Primary or Secondary.");
            }

            keys.Replace(type, wanted?.Key ?? newKey());
            LogReplaced(logger, type);
            return List();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return RestResults.BadRequest(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return RestResults.Error(
                StatusCodes.Status500InternalServerError,
                "InternalServerError",
                $"The key could not be kept, so the one before stays: {exception.Message}");
        }
    }

    [LoggerMessage(3401, LogLevel.Information, "The {KeyType} access key was replaced")]
    private static partial void LogReplaced(ILogger logger, AccessKeyType keyType);

    /// <summary>Which key to replace; by what, where the caller wants to choose.</summary>
    private sealed record Regeneration(string? KeyType, string? Key);
}
