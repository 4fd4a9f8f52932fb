using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// What a subscription hands on, in the order of the channel: a <see cref="ChannelMessage"/>, or the plain statement
/// that something can not be had (<see cref="ChannelGap"/>, <see cref="ChannelReset"/>). An application that only wants
/// messages says so with <see cref="ChannelItemExtensions.MessagesOnly"/>.
/// </summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">The position of a reader that has processed this item.</param>
public abstract record ChannelItem(string Channel, Position Position);

/// <summary>
/// A message. Offsets of an epoch come as 1, 2, 3, … without holes and each once; a hole is a <see cref="ChannelGap"/>
/// before this.
/// </summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">Its place: epoch and offset.</param>
/// <param name="Time">When the gateway accepted it.</param>
/// <param name="User">Who published it; a backend is <c>$backend/NAME</c>.</param>
/// <param name="Publisher">The publisher's id.</param>
/// <param name="Number">The publisher's number.</param>
/// <param name="Payload">The UTF-8 bytes of one JSON value, as they were published.</param>
public sealed record ChannelMessage(
    string Channel,
    Position Position,
    DateTimeOffset Time,
    string User,
    string Publisher,
    long Number,
    ReadOnlyMemory<byte> Payload) : ChannelItem(Channel, Position)
{
    private JsonElement? _data;

    /// <summary>The life of the channel's log.</summary>
    public string Epoch => Position.Epoch;

    /// <summary>The place in the epoch.</summary>
    public long Offset => Position.Offset;

    /// <summary>The payload, parsed on first use.</summary>
    public JsonElement Data => _data ??= Parse();

    /// <summary>
    /// The payload as an object of the application, with the usual web names (camel case, read without regard to case).
    /// </summary>
    /// <exception cref="JsonException">The payload is of another shape.</exception>
    public T? DataAs<T>(JsonSerializerOptions? options = null) =>
        JsonSerializer.Deserialize<T>(Payload.Span, options ?? JsonSerializerOptions.Web);

    /// <summary>
    /// The payload as an object of the application, by generated metadata (also where code is trimmed).
    /// </summary>
    /// <exception cref="JsonException">The payload is of another shape.</exception>
    public T? DataAs<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Payload.Span, type);

    private JsonElement Parse()
    {
        var reader = new Utf8JsonReader(Payload.Span);
        return JsonElement.ParseValue(ref reader);
    }
}

/// <summary>
/// These offsets of the current epoch can not be had: retention removed them, or they can never be delivered.
/// </summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">Behind the gap.</param>
/// <param name="Range">The missing offsets, both ends included.</param>
/// <param name="Code">The code of a single message that can never be delivered (ERRORS.md); null where retention
/// removed the range.</param>
public sealed record ChannelGap(string Channel, Position Position, OffsetRange Range, int? Code = null)
    : ChannelItem(Channel, Position);

/// <summary>
/// The log that the reader knew is gone: what follows belongs to another epoch (or the same one went back), and is
/// everything that is retained of it. State that the application built from the messages before may need to be loaded
/// anew.
/// </summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">Before the first message that follows.</param>
/// <param name="Previous">Where the reader was; <see cref="Position.Beginning"/> where only the gateway's stored position tells.</param>
public sealed record ChannelReset(string Channel, Position Position, Position Previous)
    : ChannelItem(Channel, Position);
