using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>Work that the gateway hands to itself through a session, so that it survives every process.</summary>
/// <param name="Kind"><see cref="Probe"/> or <see cref="Forward"/>; the subject of the Service Bus message.</param>
/// <param name="Target">The instance, or the channel.</param>
/// <param name="Turn">
/// Which turn of its chain it is. A turn enqueues the next before it records that it is done, so one may arrive twice: those below the recorded
/// one do nothing.
/// </param>
/// <param name="Waits">
/// How often it was enqueued anew to wait for something. It travels along, since Service Bus dates a message by its last enqueuing.
/// </param>
internal sealed partial record IngressTask(string Kind, string Target, long Turn = 0, int Waits = 0)
{
    /// <summary>Find out whether an instance takes sends again, and repair what it missed.</summary>
    public const string Probe = "probe";

    /// <summary>Bring the topic <c>events</c> up to a channel's head.</summary>
    public const string Forward = "forward";

    /// <summary>The body of the Service Bus message.</summary>
    public byte[] EncodeBody() => JsonSerializer.SerializeToUtf8Bytes(new Body(Target, Turn, Waits), Json.Default.Body);

    /// <summary>Reads a task from a message's subject and body; null where the body is not one.</summary>
    public static IngressTask? TryDecode(string kind, ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, Json.Default.Body) is { } read
                ? new IngressTask(kind, read.Target, read.Turn, read.Waits)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Body([property: JsonRequired] string Target, long Turn, int Waits);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(Body))]
    private sealed partial class Json : JsonSerializerContext;
}
