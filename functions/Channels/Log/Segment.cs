using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// Messages of one channel that were committed in one transaction, contiguous. Never changed afterwards.
/// </summary>
/// <param name="Epoch">The epoch of the offsets.</param>
/// <param name="FirstOffset">The first offset.</param>
/// <param name="EnqueuedAt">When Service Bus accepted the envelope.</param>
/// <param name="Entries">The messages, from <paramref name="FirstOffset"/> on; at least one.</param>
internal sealed record Segment(
    string Epoch, long FirstOffset, DateTimeOffset EnqueuedAt, IReadOnlyList<SegmentEntry> Entries)
{
    /// <summary>The last offset, which is also what the row is keyed by.</summary>
    public long LastOffset => FirstOffset + Entries.Count - 1;
}

/// <summary>One message, or its tombstone.</summary>
/// <param name="Key">The publisher.</param>
/// <param name="Publisher">The publisher id as messages show it.</param>
/// <param name="User">Who published it.</param>
/// <param name="Number">The publisher's number.</param>
/// <param name="Data">The payload; empty for a tombstone.</param>
/// <param name="Gone">The code of a tombstone; 0 for a message.</param>
internal sealed record SegmentEntry(
    PublisherKey Key, string Publisher, string User, long Number, RawJson Data, int Gone = 0);
