using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The durable log of every channel: a head and its segments, in one partition per channel. Expected outcomes are
/// return values; an exception means that the outcome of the call is unknown (time-out, broken connection, 5xx,
/// throttling).
/// </summary>
internal interface IChannelLog
{
    /// <summary>Reads the head; the read begins after the call.</summary>
    Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken);

    /// <summary>
    /// One transaction: inserts the segments and replaces the head where its tag is still <paramref name="previous"/>'s
    /// (inserts it where that is absent). All or nothing.
    /// </summary>
    Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken);

    /// <summary>
    /// Segments of an epoch whose last offset is above <paramref name="after"/> and whose first is not above
    /// <paramref name="upTo"/>, in order, whole, until their size passes <paramref name="maxBytes"/> (the first one
    /// always comes). </summary>
    Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes segments that hold nothing at or above <paramref name="firstRetained"/> in this epoch, and those of
    /// other epochs as long as this one is the head's, a bounded number per call; true when none is left. Missing rows
    /// are no error. A caller that stalled until another epoch began deletes nothing of that one.
    /// </summary>
    Task<bool> DeleteSegmentsAsync(
        ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken);
}

/// <summary>A head as it was read, with the tag that fences the next write.</summary>
/// <param name="Head">The head; null where the channel has none.</param>
/// <param name="Tag">The store's tag; null where there is no head.</param>
internal sealed record StoredHead(Head? Head, string? Tag)
{
    /// <summary>No head is stored.</summary>
    public static StoredHead None { get; } = new(null, null);
}

/// <summary>How a commit ended.</summary>
internal abstract record CommitResult
{
    /// <summary>Written; the head has this tag now.</summary>
    public sealed record Committed(string Tag) : CommitResult;

    /// <summary>412, 409 or 404: somebody else wrote. Read the head again.</summary>
    public sealed record Conflict : CommitResult;

    /// <summary>The store refuses one segment for good, by the index of the list; nothing was written.</summary>
    public sealed record SegmentRejected(int Index, string Reason) : CommitResult;

    /// <summary>
    /// The store refuses the request or the head itself; nothing was written. Not an item's fault: retry with an alarm.
    /// </summary>
    public sealed record RequestRejected(string Reason) : CommitResult;
}
