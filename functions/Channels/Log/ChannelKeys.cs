using System.Globalization;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The keys of a channel's rows. Tables forbid <c>/ \ # ?</c> in keys; of these a channel name may hold only the first,
/// and <c>|</c>, which takes its place, is no character of names: the mapping is one to one.
/// </summary>
internal static class ChannelKeys
{
    /// <summary>The row of the head.</summary>
    public const string Head = "head";

    /// <summary>Where the rows of segments begin and end: <c>s</c>, then digits and letters of the epoch.</summary>
    public const string FirstSegment = "s";

    /// <summary>The first key behind all segments.</summary>
    public const string EndOfSegments = "t";

    public static string PartitionOf(ChannelName channel) => channel.Value.Replace('/', '|');

    public static ChannelName ChannelOf(string partition) => ChannelName.Parse(partition.Replace('|', '/'));

    /// <summary>
    /// The row of the segment that ends at this offset. By the last offset, not the first: so the first row at or above
    /// a position's key is the segment in which the position lies.
    /// </summary>
    public static string SegmentAt(string epoch, long lastOffset) =>
        string.Create(CultureInfo.InvariantCulture, $"s{epoch}{lastOffset:D19}");

    /// <summary>True for a segment's row of this epoch. Epochs all have the same length.</summary>
    public static bool IsOf(string epoch, string row) => row.AsSpan(1).StartsWith(epoch, StringComparison.Ordinal);

    /// <summary>The first key behind all segments of an epoch: <c>~</c> sorts behind every digit.</summary>
    public static string EndOf(string epoch) => $"s{epoch}~";
}
