using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>A request of a client: the data of an event <c>gateway</c> (PROTOCOL.md section 3).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PublishRequest), "publish")]
[JsonDerivedType(typeof(SubscribeRequest), "subscribe")]
[JsonDerivedType(typeof(ResumeRequest), "resume")]
[JsonDerivedType(typeof(HistoryRequest), "history")]
[JsonDerivedType(typeof(UnsubscribeRequest), "unsubscribe")]
[JsonDerivedType(typeof(PositionsRequest), "positions")]
[JsonDerivedType(typeof(CheckRequest), "check")]
public abstract record GatewayRequest
{
    /// <summary>Chosen by the client, at least 1, unique within the connection; the answer carries it.</summary>
    [JsonRequired]
    public long Id { get; init; }

    /// <summary>Positions to store on the way; not on <see cref="PublishRequest"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChannelPosition>? Positions { get; init; }
}

/// <summary>A position with its channel.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Epoch">The epoch of the offset.</param>
/// <param name="Offset">The last offset processed.</param>
public sealed record ChannelPosition(
    [property: JsonRequired] string Channel, [property: JsonRequired] string Epoch,
    [property: JsonRequired] long Offset);

/// <summary>PROTOCOL.md section 3.1.</summary>
/// <param name="Publisher">32 hexadecimal digits.</param>
/// <param name="Items">The publications, in order.</param>
public sealed record PublishRequest(
    [property: JsonRequired] string Publisher, [property: JsonRequired] IReadOnlyList<PublishItem> Items)
        : GatewayRequest;

/// <summary>One publication.</summary>
/// <param name="Channel">Where to.</param>
/// <param name="Number">The publisher's number; at least 1.</param>
/// <param name="Data">Any JSON value.</param>
public sealed record PublishItem(
    [property: JsonRequired] string Channel, [property: JsonRequired] long Number,
    [property: JsonRequired] RawJson Data);

/// <summary>A channel to subscribe to or to resume.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">The last message processed; null lets the session's stored position decide.</param>
/// <param name="Start"><c>"now"</c> ignores the stored position; null otherwise.</param>
public sealed record SubscribeItem(
    [property: JsonRequired] string Channel,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Position? Position = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Start = null);

/// <summary>PROTOCOL.md section 3.2: adds channels to the session.</summary>
/// <param name="Channels">The channels.</param>
public sealed record SubscribeRequest([property: JsonRequired] IReadOnlyList<SubscribeItem> Channels) : GatewayRequest;

/// <summary>PROTOCOL.md section 3.2: names all channels of the session on a new connection.</summary>
/// <param name="Channels">The channels.</param>
public sealed record ResumeRequest([property: JsonRequired] IReadOnlyList<SubscribeItem> Channels) : GatewayRequest;

/// <summary>PROTOCOL.md section 3.3: the next page behind a position.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Position">What the client has already.</param>
public sealed record HistoryRequest(
    [property: JsonRequired] string Channel, [property: JsonRequired] Position Position) : GatewayRequest;

/// <summary>PROTOCOL.md section 3.4.</summary>
/// <param name="Channels">The channels to leave.</param>
public sealed record UnsubscribeRequest([property: JsonRequired] IReadOnlyList<string> Channels) : GatewayRequest;

/// <summary>PROTOCOL.md section 3.4: stores <see cref="GatewayRequest.Positions"/> and nothing else.</summary>
public sealed record PositionsRequest : GatewayRequest;

/// <summary>PROTOCOL.md section 3.4: asks for heads.</summary>
/// <param name="Channels">The channels in which nothing was heard.</param>
public sealed record CheckRequest([property: JsonRequired] IReadOnlyList<string> Channels) : GatewayRequest;
