using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Finds the messages that the store refuses (rule S7b). It names the segment that it refuses; cutting that one in two
/// leads to the message in as many attempts as its count has binary digits. The message becomes a tombstone, the cuts
/// are undone, and the next attempt commits all, or names the next one.
/// </summary>
internal sealed class RejectionSearch(
    string epoch, long firstOffset, DateTimeOffset enqueuedAt, IReadOnlyList<SegmentEntry> entries)
{
    private readonly List<SegmentEntry> _entries = [.. entries];
    private readonly SortedSet<int> _cuts = [];

    /// <summary>The segments of the next attempt.</summary>
    public IReadOnlyList<Segment> Segments
    {
        get
        {
            if (_entries.Count == 0)
            {
                return [];
            }

            var whole = new Segment(epoch, firstOffset, enqueuedAt, [.. _entries]);
            var starts = new List<int> { 0 };
            starts.AddRange(_cuts);
            return [.. starts.SelectMany((start, at) => SegmentPacking.Split(SegmentPacking.Slice(
                whole, start, (at + 1 < starts.Count ? starts[at + 1] : _entries.Count) - start)))];
        }
    }

    /// <summary>
    /// Goes on after a refusal; false where a tombstone itself is refused, so that no message is at fault.
    /// </summary>
    public bool Narrow(int rejected)
    {
        var segment = Segments[rejected];
        var start = (int)(segment.FirstOffset - firstOffset);
        if (segment.Entries.Count > 1)
        {
            // Borders made by size become cuts too, or the halves would be packed together again.
            _cuts.UnionWith(Segments.Select(part => (int)(part.FirstOffset - firstOffset)).Where(border => border > 0));
            _cuts.Add(start + (segment.Entries.Count / 2));
            return true;
        }

        if (_entries[start].Gone != 0)
        {
            return false;
        }

        _entries[start] = _entries[start] with { Data = default, Gone = ErrorCodes.RejectedByStore.Code };
        _cuts.Clear();
        return true;
    }
}
