using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>Reads the headers of an event: CloudEvents 1.0 in binary mode.</summary>
internal static class CloudEvent
{
    public const string StateHeader = "ce-connectionState";
    public const string OriginHeader = "WebHook-Request-Origin";
    private const string SystemTypePrefix = "azure.webpubsub.sys.";

    /// <summary>Reads who sent what; false where a header is missing that every event has, the origin among them.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out WebPubSubConnectionContext? context)
    {
        context = null;
        var headers = request.Headers;
        if (!TryGetOne(headers, "ce-connectionId", out var connectionId)
            || !TryGetOne(headers, "ce-hub", out var hub)
            || !TryGetOne(headers, "ce-type", out var type)
            || !TryGetOne(headers, "ce-eventName", out var eventName)
            || !headers.TryGetValue(OriginHeader, out var origin))
        {
            return false;
        }

        context = new WebPubSubConnectionContext
        {
            ConnectionId = connectionId,
            Hub = hub,
            EventName = eventName,
            EventType = type.StartsWith(SystemTypePrefix, StringComparison.OrdinalIgnoreCase)
                ? WebPubSubEventType.System
                : WebPubSubEventType.User,
            Origin = string.Join(',', origin.AsEnumerable()),
            Signature = headers.TryGetValue("ce-signature", out var signature)
                ? string.Join(',', signature.AsEnumerable())
                : null,
            UserId = headers.TryGetValue("ce-userId", out var userId) ? userId[0] : null,
            ConnectionStates = ReadStates(headers),
            Headers = headers.ToDictionary(
                header => header.Key, header => header.Value.OfType<string>().ToArray(), StringComparer.OrdinalIgnoreCase),
        };
        return true;
    }

    public static string WriteStates(IReadOnlyDictionary<string, BinaryData> states) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(states, WebPubSubJson.Options));

    /// <summary>A state that is not in this form was set by other means: the function finds it among the headers.</summary>
    private static IReadOnlyDictionary<string, BinaryData>? ReadStates(IHeaderDictionary headers)
    {
        if (!TryGetOne(headers, StateHeader, out var encoded))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<IReadOnlyDictionary<string, BinaryData>>(
                Convert.FromBase64String(encoded), WebPubSubJson.Options);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return new Dictionary<string, BinaryData>();
        }
    }

    private static bool TryGetOne(IHeaderDictionary headers, string name, [NotNullWhen(true)] out string? value)
    {
        value = headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;
        return value is not null;
    }
}
