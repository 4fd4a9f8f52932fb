using System.Text.Json;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backend;

/// <summary>A sequenced message for a backend.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">Epoch and offset: the same message has the same position whenever it is handled
/// again.</param>
/// <param name="Time">When the gateway accepted it.</param>
/// <param name="User">Who published it.</param>
/// <param name="Publisher">The publisher's id.</param>
/// <param name="Number">The publisher's number.</param>
/// <param name="Payload">The UTF-8 bytes of one JSON value, as they were published.</param>
/// <param name="IsResubmitted">True where an operator sent it again from the dead letters, so out of its order.</param>
public sealed record BackendMessage(
    ChannelName Channel,
    Position Position,
    DateTimeOffset Time,
    string User,
    string Publisher,
    long Number,
    ReadOnlyMemory<byte> Payload,
    bool IsResubmitted)
{
    private JsonElement? _data;

    /// <summary>The payload, parsed on first use.</summary>
    public JsonElement Data => _data ??= JsonElement.Parse(Payload.Span);

    /// <summary>The payload as an object of the application.</summary>
    /// <exception cref="JsonException">The payload is of another shape.</exception>
    public T? DataAs<T>(JsonSerializerOptions? options = null) =>
        JsonSerializer.Deserialize<T>(Payload.Span, options ?? JsonSerializerOptions.Web);
}

/// <summary>
/// These offsets will not come: retention removed them before they could be sent, or they can never be delivered.
/// </summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Epoch">The epoch of the offsets.</param>
/// <param name="Range">Both ends included.</param>
public sealed record BackendGap(ChannelName Channel, string Epoch, OffsetRange Range);
