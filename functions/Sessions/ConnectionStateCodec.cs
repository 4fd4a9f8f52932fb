using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>
/// The connection state as a header, in the form of the Azure SDKs (Microsoft.Azure.WebPubSub.Common): base64 of a JSON
/// object whose values are base64 of bytes; ours is the one key <c>gateway</c>, whose bytes are JSON. The two layers of
/// base64 cost 16/9, which leaves about 2.2 of the 4 KiB to us.
/// </summary>
internal static class ConnectionStateCodec
{
    /// <summary>Our key.</summary>
    public const string Key = "gateway";

    /// <summary>What this process writes.</summary>
    public const int Version = 1;

    /// <summary>
    /// The longest header value: header blocks end at 8 to 16 KiB on the way, and other headers need room.
    /// </summary>
    public const int MaxHeaderLength = 4 * 1024;

    private const int HighestReadableVersion = Version + 1;

    /// <summary>The longest value of our key that still gives a header of <see cref="MaxHeaderLength"/>.</summary>
    public const int MaxValueLength = (((MaxHeaderLength / 4 * 3) - 14) / 4) * 3;

    /// <summary>The bytes of our key; null where they would not fit into a header.</summary>
    public static byte[]? EncodeValue(ConnectionState state)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new State
        {
            Version = Version,
            Instance = state.Instance.Value,
            Session = state.Session.Value,
            User = state.User,
            Number = state.ConnectionNumber,
            SetVersion = state.SetVersion,
            Expires = state.Expires.ToUnixTimeSeconds(),
            Capabilities = state.Capabilities.Patterns.ToDictionary(pair => pair.Key, pair => (int)pair.Value),
        }, SessionJson.Relaxed.State);
        return bytes.Length <= MaxValueLength ? bytes : null;
    }

    /// <summary>The header; null where it would be too long.</summary>
    public static string? EncodeHeader(ConnectionState state) => EncodeValue(state) is { } value
        ? Convert.ToBase64String(Encoding.ASCII.GetBytes($$"""{"{{Key}}":"{{Convert.ToBase64String(value)}}"}"""))
        : null;

    /// <summary>
    /// Reads the header; null where it is missing, not ours, or of a version that this process does not read.
    /// </summary>
    public static ConnectionState? DecodeHeader(string? header)
    {
        try
        {
            using var states = JsonDocument.Parse(Convert.FromBase64String(header ?? string.Empty));
            return states.RootElement.TryGetProperty(Key, out var value) ? DecodeValue(value.GetBytesFromBase64()) : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads the bytes of our key; null as above.</summary>
    public static ConnectionState? DecodeValue(ReadOnlySpan<byte> value)
    {
        try
        {
            var state = JsonSerializer.Deserialize(value, SessionJson.Default.State);
            return state is { Version: >= 1 and <= HighestReadableVersion }
                && InstanceName.TryParse(state.Instance, out var instance) && SessionId.TryParse(state.Session, out var session)
                && UserName.IsLegal(state.User)
                ? new ConnectionState(
                    instance, session, state.User, state.Number, state.SetVersion, DateTimeOffset.FromUnixTimeSeconds(state.Expires),
                    CapabilitySet.OfResolved(state.Capabilities.ToDictionary(pair => pair.Key, pair => (Rights)pair.Value)))
                : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The layout. Fields that a later version adds are ignored.</summary>
    internal sealed record State
    {
        [JsonPropertyName("v"), JsonRequired]
        public int Version { get; init; }

        [JsonPropertyName("i")]
        public string Instance { get; init; } = string.Empty;

        [JsonPropertyName("s")]
        public string Session { get; init; } = string.Empty;

        [JsonPropertyName("u")]
        public string User { get; init; } = string.Empty;

        [JsonPropertyName("n")]
        public long Number { get; init; }

        [JsonPropertyName("g")]
        public string SetVersion { get; init; } = ConnectionState.UnknownSet;

        [JsonPropertyName("x")]
        public long Expires { get; init; }

        [JsonPropertyName("c")]
        public Dictionary<string, int> Capabilities { get; init; } = [];
    }
}
