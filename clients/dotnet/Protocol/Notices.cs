using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>What arrives without being asked for (PROTOCOL.md section 4).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MessagesFrame), "messages")]
[JsonDerivedType(typeof(HeadNotice), "head")]
[JsonDerivedType(typeof(CheckNotice), "check")]
[JsonDerivedType(typeof(GapEvent), "gap")]
public abstract record GatewayNotice;

/// <summary>A live frame: the messages of one segment, contiguous.</summary>
/// <param name="Channel">The channel's name, also the group it was sent to.</param>
/// <param name="Epoch">The epoch of the offsets.</param>
/// <param name="Messages">At least one.</param>
public sealed record MessagesFrame(
    [property: JsonRequired] string Channel,
    [property: JsonRequired] string Epoch,
    [property: JsonRequired] IReadOnlyList<GatewayMessage> Messages) : GatewayNotice;

/// <summary>The channel has gone quiet; its head.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Epoch">The epoch of the offset.</param>
/// <param name="Offset">The newest offset.</param>
public sealed record HeadNotice(
    [property: JsonRequired] string Channel,
    [property: JsonRequired] string Epoch,
    [property: JsonRequired] long Offset) : GatewayNotice;

/// <summary>
/// Something may have been missed on this instance: ask <c>check</c> within a random part of the window, plus 2 s.
/// </summary>
/// <param name="WindowMs">The window, in milliseconds.</param>
public sealed record CheckNotice([property: JsonRequired] int WindowMs) : GatewayNotice;

/// <summary>
/// Only on the topic <c>events</c>, never to clients: these offsets will not be sent to backends, since retention
/// removed them first.
/// </summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Epoch">The epoch of the offsets.</param>
/// <param name="Gap">Both ends included.</param>
public sealed record GapEvent(
    [property: JsonRequired] string Channel,
    [property: JsonRequired] string Epoch,
    [property: JsonRequired] OffsetRange Gap) : GatewayNotice;
