using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>Turns what a function returned into what the service is answered.</summary>
internal static class EventAnswer
{
    public static Task WriteAsync(
        object? result, EventKind kind, WebPubSubConnectionContext connection, HttpResponse response) => (result, kind) switch
        {
            // Nothing waits for the answer to the other events: whatever was returned, they are done.
            (_, not (EventKind.Connect or EventKind.User)) or (null, _) => Task.CompletedTask,
            (EventErrorResponse error, _) => WriteErrorAsync(error.Code, error.ErrorMessage, response),
            (ConnectEventResponse connect, EventKind.Connect) => WriteConnectAsync(connect, connection, response),
            (UserEventResponse user, EventKind.User) => WriteUserAsync(user, connection, response),
            _ => WriteErrorAsync(
                WebPubSubErrorCode.ServerError, $"A {kind} event is not answered by a {result!.GetType().Name}.", response),
        };

    public static Task WriteErrorAsync(WebPubSubErrorCode code, string? message, HttpResponse response)
    {
        response.StatusCode = code switch
        {
            WebPubSubErrorCode.Unauthorized => StatusCodes.Status401Unauthorized,
            WebPubSubErrorCode.UserError => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status500InternalServerError,
        };
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(message ?? "");
    }

    private static Task WriteConnectAsync(
        ConnectEventResponse answer, WebPubSubConnectionContext connection, HttpResponse response)
    {
        WriteStates(answer.ConnectionStates, connection, response);
        response.ContentType = "application/json";
        return response.WriteAsync(JsonSerializer.Serialize(
            new { answer.UserId, answer.Groups, answer.Subprotocol, answer.Roles }, WebPubSubJson.Options));
    }

    private static async Task WriteUserAsync(
        UserEventResponse answer, WebPubSubConnectionContext connection, HttpResponse response)
    {
        WriteStates(answer.ConnectionStates, connection, response);
        response.ContentType = EventBody.ContentType(answer.DataType);
        if (answer.Data is { } data)
        {
            await response.Body.WriteAsync(data.ToMemory());
        }
    }

    /// <summary>
    /// States add to those that the connection has. Clearing does not reach the host: what the worker sends for it reads
    /// there as no change.
    /// </summary>
    private static void WriteStates(
        IReadOnlyDictionary<string, BinaryData>? changes, WebPubSubConnectionContext connection, HttpResponse response)
    {
        var merged = new Dictionary<string, BinaryData>(connection.ConnectionStates ?? new Dictionary<string, BinaryData>());
        foreach (var (key, value) in changes ?? new Dictionary<string, BinaryData>())
        {
            merged[key] = value;
        }

        if (merged.Count > 0)
        {
            response.Headers[CloudEvent.StateHeader] = CloudEvent.WriteStates(merged);
        }
    }
}
