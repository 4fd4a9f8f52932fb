using System.Globalization;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Tests.Support.Memory;

/// <summary>
/// The log in memory, with the rules of Table Storage: rows by key, tags, all or nothing. It keeps bytes, so whatever
/// the codecs lose is lost here too.
/// </summary>
internal sealed class InMemoryChannelLog : IChannelLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, Partition> _partitions = [];
    private long _lastTag;

    public Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(PartitionOf(channel) is { Head: { } head, Tag: { } tag }
                ? new StoredHead(HeadCodec.Decode(head), tag)
                : StoredHead.None);
        }
    }

    public Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        var contents = segments.Select(SegmentCodec.Encode).ToList();
        lock (_lock)
        {
            var partition = PartitionOf(channel);
            var keys = segments.Select(segment => ChannelKeys.SegmentAt(segment.Epoch, segment.LastOffset)).ToList();
            var tooLarge = contents.FindIndex(content => content.Length > SegmentPacking.MaxSegmentBytes);
            if (tooLarge >= 0)
            {
                return Task.FromResult<CommitResult>(new CommitResult.SegmentRejected(tooLarge, "too large for a row"));
            }

            if (partition.Tag != previous.Tag || keys.Any(partition.Segments.ContainsKey))
            {
                return Task.FromResult<CommitResult>(new CommitResult.Conflict());
            }

            for (var at = 0; at < keys.Count; at++)
            {
                partition.Segments.Add(keys[at], contents[at]);
            }

            partition.Head = HeadCodec.Encode(next);
            partition.Tag = (++_lastTag).ToString(CultureInfo.InvariantCulture);
            return Task.FromResult<CommitResult>(new CommitResult.Committed(partition.Tag));
        }
    }

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken)
    {
        List<Segment> found = [];
        lock (_lock)
        {
            var (first, end) = (ChannelKeys.SegmentAt(epoch, after + 1), ChannelKeys.EndOf(epoch));
            var left = (long)maxBytes;
            foreach (var (key, content) in PartitionOf(channel).Segments)
            {
                if (string.CompareOrdinal(key, first) < 0 || string.CompareOrdinal(key, end) >= 0)
                {
                    continue;
                }

                var segment = SegmentCodec.Decode(content);
                left -= content.Length;
                if (after >= upTo || segment.FirstOffset > upTo || (left < 0 && found.Count > 0))
                {
                    break;
                }

                found.Add(segment);
            }
        }

        return Task.FromResult<IReadOnlyList<Segment>>(found);
    }

    public Task<bool> DeleteSegmentsAsync(
        ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken)
    {
        const int MaxDeletes = 100;
        lock (_lock)
        {
            var segments = PartitionOf(channel).Segments;
            var (first, end) = (ChannelKeys.SegmentAt(epoch, firstRetained), ChannelKeys.EndOf(epoch));
            var isCurrent = PartitionOf(channel).Head is { } head && HeadCodec.Decode(head).Epoch == epoch;
            var doomed = segments.Keys
                .Where(key => ChannelKeys.IsOf(epoch, key)
                    ? string.CompareOrdinal(key, first) < 0
                    : isCurrent && (string.CompareOrdinal(key, first) < 0 || string.CompareOrdinal(key, end) >= 0))
                .Take(MaxDeletes).ToList();
            doomed.ForEach(key => segments.Remove(key));
            return Task.FromResult(doomed.Count < MaxDeletes);
        }
    }

    /// <summary>All segments of an epoch that are stored, for judging.</summary>
    public IReadOnlyList<Segment> SegmentsOf(ChannelName channel, string epoch)
    {
        lock (_lock)
        {
            return [.. PartitionOf(channel).Segments.Values.Select(content => SegmentCodec.Decode(content)).Where(segment => segment.Epoch == epoch)];
        }
    }

    /// <summary>A copy of what is stored now, to go back to: what a failover to a secondary that lags does.</summary>
    public Action Snapshot()
    {
        lock (_lock)
        {
            var copy = _partitions.ToDictionary(pair => pair.Key, pair => pair.Value.Clone());
            return () =>
            {
                lock (_lock)
                {
                    _partitions.Clear();
                    foreach (var (channel, partition) in copy)
                    {
                        _partitions[channel] = partition.Clone();
                    }
                }
            };
        }
    }

    private Partition PartitionOf(ChannelName channel) =>
        _partitions.TryGetValue(channel, out var partition) ? partition : _partitions[channel] = new Partition();

    private sealed class Partition
    {
        public byte[]? Head { get; set; }

        public string? Tag { get; set; }

        public SortedDictionary<string, byte[]> Segments { get; private init; } = new(StringComparer.Ordinal);

        public Partition Clone() => new() { Head = Head, Tag = Tag, Segments = new(Segments, StringComparer.Ordinal) };
    }
}
