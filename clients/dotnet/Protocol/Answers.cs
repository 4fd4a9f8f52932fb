using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>What the gateway answers to a request (PROTOCOL.md section 3).</summary>
/// <param name="Id">The id of the request; 0 where none could be read.</param>
public abstract record GatewayReply(long Id);

/// <summary>The request as a whole is refused.</summary>
/// <param name="Id">The id of the request; 0 where none could be read.</param>
/// <param name="Error">The code, its value and limit.</param>
public sealed record ErrorReply(long Id, ErrorDetail Error) : GatewayReply(Id);

/// <summary>The answer to a <see cref="PublishRequest"/>.</summary>
/// <param name="Id">The id of the request.</param>
/// <param name="Items">One per item, in the order of the request.</param>
public sealed record PublishAnswer(long Id, IReadOnlyList<PublishItemAnswer> Items) : GatewayReply(Id);

/// <summary>The answer to a <see cref="SubscribeRequest"/> or a <see cref="ResumeRequest"/>.</summary>
/// <param name="Id">The id of the request.</param>
/// <param name="To"><c>subscribe</c> or <c>resume</c>.</param>
/// <param name="Channels">One per channel, in the order of the request.</param>
public sealed record SubscribeAnswer(long Id, string To, IReadOnlyList<ChannelPage> Channels) : GatewayReply(Id);

/// <summary>The answer to a <see cref="HistoryRequest"/>.</summary>
/// <param name="Id">The id of the request.</param>
/// <param name="Page">The page.</param>
public sealed record HistoryAnswer(long Id, ChannelPage Page) : GatewayReply(Id);

/// <summary>The answer to <c>unsubscribe</c> and <c>positions</c>: done.</summary>
/// <param name="Id">The id of the request.</param>
/// <param name="To">The type of the request.</param>
public sealed record DoneAnswer(long Id, string To) : GatewayReply(Id);

/// <summary>The answer to a <see cref="CheckRequest"/>.</summary>
/// <param name="Id">The id of the request.</param>
/// <param name="Channels">The heads; a channel that may not be read carries an error.</param>
public sealed record CheckAnswer(long Id, IReadOnlyList<ChannelHead> Channels) : GatewayReply(Id);

/// <summary>The outcome of one publication.</summary>
/// <param name="Status">See <see cref="PublishStatus"/>.</param>
/// <param name="Error">Why not; null where accepted. Its fields stand beside <c>status</c> on the wire.</param>
public sealed record PublishItemAnswer(PublishStatus Status, ErrorDetail? Error = null)
{
    /// <summary>Durable.</summary>
    public static PublishItemAnswer Accepted { get; } = new(PublishStatus.Accepted);
}

/// <summary>What became of a publication.</summary>
public enum PublishStatus
{
    /// <summary>Durable: it will be delivered once to every subscriber, or be reported to each as a gap.</summary>
    Accepted,

    /// <summary>
    /// Not known to be durable: repeat it under the same number before anything later to that channel.
    /// </summary>
    Retry,

    /// <summary>Never accepted, and unchanged it will not be.</summary>
    Refused,
}

/// <summary>How a channel's reading goes on from a position (PROTOCOL.md section 3.2).</summary>
public enum Outcome
{
    /// <summary>No position: delivery starts behind the head.</summary>
    Started,

    /// <summary>Nothing is missing: everything behind the position follows.</summary>
    Recovered,

    /// <summary>A range can not be had; everything behind it follows.</summary>
    Gap,

    /// <summary>Another epoch, or an offset above the head: everything retained of the epoch follows.</summary>
    Reset,

    /// <summary>Refused: see the error.</summary>
    Refused,

    /// <summary>Temporary: see the error, ask again.</summary>
    Retry,
}

/// <summary>A range of offsets, both ends included.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
public readonly record struct OffsetRange(long From, long To);

/// <summary>A page of a channel: the answer per channel of subscribe, resume and history.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Outcome">How reading goes on.</param>
/// <param name="Epoch">The epoch of the head; <c>""</c> where the channel has none yet.</param>
/// <param name="From">The offset at which delivery goes on: position + 1, or where a gap or reset ends.</param>
/// <param name="Head">The newest offset; 0 before the first message.</param>
/// <param name="Live">True where the messages reach up to the head.</param>
/// <param name="Messages">Contiguous, beginning at <paramref name="From"/>; possibly none.</param>
/// <param name="Gap">With <see cref="Protocol.Outcome.Gap"/>: what can not be had.</param>
/// <param name="Error">With refused or retry.</param>
public sealed record ChannelPage(
    string Channel,
    Outcome Outcome,
    string Epoch,
    long From,
    long Head,
    bool Live,
    IReadOnlyList<GatewayMessage> Messages,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OffsetRange? Gap = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorDetail? Error = null)
{
    /// <summary>A channel that was not read.</summary>
    public static ChannelPage Failed(string channel, ErrorDetail error) => new(
        channel,
        ErrorCode.VerdictOf(error.Code) == Verdict.Retry ? Outcome.Retry : Outcome.Refused,
        string.Empty, 0, 0, false, [], null, error);
}

/// <summary>The head of a channel in a check.</summary>
/// <param name="Channel">The channel's name.</param>
/// <param name="Epoch">Its epoch; <c>""</c> where there is none yet.</param>
/// <param name="Head">Its newest offset.</param>
/// <param name="Error">Why it could not be told.</param>
public sealed record ChannelHead(
    string Channel,
    string Epoch,
    long Head,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorDetail? Error = null);

/// <summary>A sequenced message, or the tombstone of one.</summary>
/// <param name="Offset">Its place in the epoch.</param>
/// <param name="Time">When it was accepted, Unix milliseconds.</param>
/// <param name="User">Who published it.</param>
/// <param name="Publisher">The publisher id, 32 hexadecimal digits.</param>
/// <param name="Number">The publisher's number.</param>
/// <param name="Data">The payload; empty (no bytes) exactly where <paramref name="Gone"/> is set.</param>
/// <param name="Gone">The code of a message that can never be delivered.</param>
public sealed record GatewayMessage(
    long Offset,
    long Time,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Publisher,
    long Number,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] RawJson Data,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Gone = null);
