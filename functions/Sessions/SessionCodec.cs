using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>
/// The stored form of a session: JSON in one binary property. A reader takes its own version and the one after; fields
/// that it does not know come back out as they went in, so that a process of the previous version can renew a row
/// without emptying it.
/// </summary>
internal static class SessionCodec
{
    /// <summary>What this process writes.</summary>
    public const int Version = 1;

    private const int HighestReadableVersion = Version + 1;

    /// <summary>Encodes a session.</summary>
    public static byte[] Encode(Session session) => JsonSerializer.SerializeToUtf8Bytes(new Row
    {
        Version = Version,
        User = session.User,
        Capabilities = session.Capabilities.Patterns.ToDictionary(pair => pair.Key, pair => (int)pair.Value),
        TokenExpires = session.TokenExpires.ToUnixTimeMilliseconds(),
        LeaseEnds = session.LeaseEnds.ToUnixTimeMilliseconds(),
        Number = session.ConnectionNumber,
        Current = ToRow(session.Connection),
        Earlier = session.EarlierConnections.IsEmpty ? null : [.. session.EarlierConnections.Select(earlier => ToRow(earlier)!)],
        Subscriptions = session.Subscriptions.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal)
            .ToDictionary(pair => pair.Key.Value, pair => pair.Value?.ToString()),
        Remembered = session.Remembered.IsEmpty ? null : session.Remembered.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal)
            .ToDictionary(pair => pair.Key.Value, pair => pair.Value.ToString()),
        Unknown = session.Unknown?.ToDictionary(),
    }, SessionJson.Relaxed.Row);

    /// <summary>Decodes a session.</summary>
    /// <exception cref="FormatVersionException">A later version wrote it than this process reads, or it is
    /// damaged.</exception>
    public static Session Decode(SessionId id, ReadOnlySpan<byte> body)
    {
        try
        {
            var row = JsonSerializer.Deserialize(body, SessionJson.Default.Row);
            return row is { Version: >= 1 and <= HighestReadableVersion }
                ? ToSession(id, row)
                : throw new FormatVersionException($"The row of session {id} has version {row?.Version}.");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException)
        {
            throw new FormatVersionException($"The row of session {id} can not be read.", exception);
        }
    }

    private static ConnectionRow? ToRow(SessionConnection? connection) =>
        connection is null ? null : new ConnectionRow(connection.ConnectionId, connection.Instance, connection.Number);

    private static SessionConnection? ToConnection(ConnectionRow? row) =>
        row is null ? null : new SessionConnection(row.Id, row.Instance, row.Number);

    private static Session ToSession(SessionId id, Row row) => new()
    {
        Id = id,
        User = row.User,
        Capabilities = CapabilitySet.OfResolved(row.Capabilities.ToDictionary(pair => pair.Key, pair => (Rights)pair.Value)),
        TokenExpires = DateTimeOffset.FromUnixTimeMilliseconds(row.TokenExpires),
        LeaseEnds = DateTimeOffset.FromUnixTimeMilliseconds(row.LeaseEnds),
        ConnectionNumber = row.Number,
        Connection = ToConnection(row.Current),
        EarlierConnections = [.. (row.Earlier ?? []).Select(earlier => ToConnection(earlier)!)],
        Subscriptions = row.Subscriptions.ToImmutableDictionary(
            pair => ChannelName.Parse(pair.Key), pair => Position.TryParse(pair.Value, out var position) ? position : (Position?)null),
        Remembered = ToPositions(row.Remembered),
        Unknown = row.Unknown,
    };

    private static ImmutableDictionary<ChannelName, Position> ToPositions(Dictionary<string, string>? texts)
    {
        var positions = ImmutableDictionary.CreateBuilder<ChannelName, Position>();
        foreach (var (channel, text) in texts ?? [])
        {
            if (Position.TryParse(text, out var position))
            {
                positions[ChannelName.Parse(channel)] = position;
            }
        }

        return positions.ToImmutable();
    }

    internal sealed record ConnectionRow(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("i")] string Instance,
        [property: JsonPropertyName("n")] long Number);

    internal sealed record Row
    {
        [JsonPropertyName("v"), JsonRequired]
        public int Version { get; init; }

        [JsonPropertyName("user"), JsonRequired]
        public string User { get; init; } = string.Empty;

        [JsonPropertyName("capabilities")]
        public Dictionary<string, int> Capabilities { get; init; } = [];

        [JsonPropertyName("tokenExpires")]
        public long TokenExpires { get; init; }

        [JsonPropertyName("leaseEnds")]
        public long LeaseEnds { get; init; }

        [JsonPropertyName("number")]
        public long Number { get; init; }

        [JsonPropertyName("current")]
        public ConnectionRow? Current { get; init; }

        [JsonPropertyName("earlier")]
        public List<ConnectionRow>? Earlier { get; init; }

        /// <summary>Positions in their text form, <c>EPOCH.OFFSET</c>.</summary>
        [JsonPropertyName("subscriptions")]
        public Dictionary<string, string?> Subscriptions { get; init; } = [];

        /// <summary>In the same form; a process that does not know the field hands it back.</summary>
        [JsonPropertyName("remembered")]
        public Dictionary<string, string>? Remembered { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Unknown { get; set; }
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SessionCodec.Row))]
[JsonSerializable(typeof(ConnectionStateCodec.State))]
internal sealed partial class SessionJson : JsonSerializerContext
{
    private static SessionJson? _relaxed;

    /// <summary>
    /// Characters beyond ASCII keep their two to four bytes, where an escape takes six or twelve: states are small.
    /// </summary>
    public static SessionJson Relaxed => _relaxed ??= new SessionJson(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
