using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>Reads the body of an event.</summary>
internal static class EventBody
{
    /// <returns>The request for the function; null for a message of a type that the trigger does not know.</returns>
    /// <exception cref="JsonException">The body of a system event is no JSON object.</exception>
    public static async Task<WebPubSubEventRequest?> ReadAsync(
        EventKind kind, HttpRequest request, WebPubSubConnectionContext context)
    {
        WebPubSubEventRequest? read = kind switch
        {
            EventKind.Connect => await JsonAsync<ConnectEventRequest>(request),
            EventKind.Disconnected => await JsonAsync<DisconnectedEventRequest>(request),
            EventKind.Connected => new ConnectedEventRequest(),
            EventKind.User => await UserAsync(request),
            _ => null,
        };
        if (read is not null)
        {
            read.ConnectionContext = context;
        }

        return read;
    }

    public static string ContentType(WebPubSubDataType type) => type switch
    {
        WebPubSubDataType.Json => "application/json",
        WebPubSubDataType.Text => "text/plain",
        _ => "application/octet-stream",
    };

    private static async Task<T> JsonAsync<T>(HttpRequest request) =>
        await JsonSerializer.DeserializeAsync<T>(request.Body, WebPubSubJson.Options, request.HttpContext.RequestAborted)
        ?? throw new JsonException("The body is null.");

    private static async Task<UserEventRequest?> UserAsync(HttpRequest request)
    {
        if (DataType(request.ContentType) is not { } type)
        {
            return null;
        }

        return new UserEventRequest
        {
            Data = await BinaryData.FromStreamAsync(request.Body, request.HttpContext.RequestAborted),
            DataType = type,
        };
    }

    private static WebPubSubDataType? DataType(string? contentType)
    {
        var media = MediaTypeHeaderValue.TryParse(contentType, out var parsed) ? parsed.MediaType.Value : null;
        return media?.ToUpperInvariant() switch
        {
            "APPLICATION/OCTET-STREAM" => WebPubSubDataType.Binary,
            "APPLICATION/JSON" => WebPubSubDataType.Json,
            "TEXT/PLAIN" => WebPubSubDataType.Text,
            _ => null,
        };
    }
}
