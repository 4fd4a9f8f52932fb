using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Triggers;

/// <summary>The JSON of HTTP bodies.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 16)]
[JsonSerializable(typeof(ErrorDetail))]
[JsonSerializable(typeof(NegotiateRequest))]
[JsonSerializable(typeof(NegotiateAnswer))]
[JsonSerializable(typeof(ConnectBody))]
[JsonSerializable(typeof(ConnectAnswer))]
[JsonSerializable(typeof(InstancesAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class EdgeJson : JsonSerializerContext
{
    private static EdgeJson? _relaxed;

    /// <summary>Characters beyond ASCII stay as they are: bodies go to JSON parsers, never into HTML.</summary>
    private static EdgeJson Relaxed => _relaxed ??= new EdgeJson(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Serialize<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, typeof(T), Relaxed);

    /// <summary>Reads a body; null where it is not JSON of that shape.</summary>
    public static T? TryDeserialize<T>(ReadOnlySpan<byte> utf8)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, typeof(T), Default) as T;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What Web PubSub says of a client that asks to connect.</summary>
internal sealed record ConnectBody(
    Dictionary<string, string[]>? Claims, Dictionary<string, string[]>? Query, string[]? Subprotocols);

/// <summary>What it is told.</summary>
internal sealed record ConnectAnswer(string UserId, IReadOnlyList<string> Groups, string Subprotocol);

/// <summary>The answer of <c>api/instances</c>.</summary>
internal sealed record InstancesAnswer(IReadOnlyList<InstanceAnswer> Instances);

/// <summary>One instance; nothing secret.</summary>
internal sealed record InstanceAnswer(
    string Name, string Endpoint, double Weight, string State, DateTimeOffset Since, bool Skipped);

/// <summary>The answer of <c>api/health</c> and <c>api/ready</c>.</summary>
internal sealed record HealthAnswer(string Status, string? Reason = null);
