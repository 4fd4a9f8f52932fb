using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>
/// The tails of channels, as far as they were read: committed segments never change, so what was read once can be handed out for ever.
/// Bounded by bytes and channels; the channel read longest ago leaves first.
/// </summary>
internal sealed class SegmentCache(IOptions<ReadingOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, LinkedListNode<Tail>> _tails = [];
    private readonly LinkedList<Tail> _byUse = [];
    private long _bytes;

    /// <summary>Cached segments from the one that holds <paramref name="from"/> up to <paramref name="upTo"/>; empty where that one is not cached.</summary>
    public IReadOnlyList<Segment> Find(ChannelName channel, string epoch, long from, long upTo)
    {
        lock (_lock)
        {
            if (!_tails.TryGetValue(channel, out var node) || node.Value.Epoch != epoch)
            {
                return [];
            }

            _byUse.Remove(node);
            _byUse.AddLast(node);
            var segments = node.Value.Segments;
            var first = FirstHolding(segments, from);
            return first < 0 ? [] : [.. segments.Skip(first).TakeWhile(segment => segment.FirstOffset <= upTo)];
        }
    }

    /// <summary>Adds segments that were read. They extend the tail, or replace it where they do not meet its end.</summary>
    public void Add(ChannelName channel, IReadOnlyList<Segment> segments)
    {
        if (segments.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            var epoch = segments[0].Epoch;
            if (_tails.TryGetValue(channel, out var node) && !Meets(node.Value, segments))
            {
                Remove(node);
                node = null;
            }

            if (node is null)
            {
                node = _byUse.AddLast(new Tail(channel, epoch));
                _tails[channel] = node;
            }

            foreach (var segment in segments.Where(segment => segment.FirstOffset > node.Value.LastOffset))
            {
                node.Value.Segments.Add(segment);
                Grow(node.Value, SizeOf(segment));
            }

            Shrink();
        }
    }

    /// <summary>What a segment counts against the bound, in bytes.</summary>
    public static int SizeOf(Segment segment) => segment.Entries.Sum(SizeOf);

    /// <summary>What an entry counts, in bytes: about its size as JSON.</summary>
    public static int SizeOf(SegmentEntry entry) => 160 + entry.User.Length + entry.Data.Length;

    private static bool Meets(Tail tail, IReadOnlyList<Segment> segments) =>
        tail.Epoch == segments[0].Epoch
        && segments[0].FirstOffset <= tail.LastOffset + 1
        && segments[0].FirstOffset >= tail.Segments[0].FirstOffset;

    private static int FirstHolding(List<Segment> segments, long offset)
    {
        var (low, high) = (0, segments.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].LastOffset < offset)
            {
                low = middle + 1;
            }
            else if (segments[middle].FirstOffset > offset)
            {
                high = middle - 1;
            }
            else
            {
                return middle;
            }
        }

        return -1;
    }

    private void Shrink()
    {
        while (_byUse.First is { } oldest && (_bytes > options.Value.MaxCachedBytes || _byUse.Count > options.Value.MaxCachedChannels))
        {
            if (_byUse.Count > 1)
            {
                Remove(oldest);
                continue;
            }

            // One channel holds all: it loses its oldest segments.
            var first = oldest.Value.Segments[0];
            oldest.Value.Segments.RemoveAt(0);
            Grow(oldest.Value, -SizeOf(first));
            if (oldest.Value.Segments.Count == 0)
            {
                Remove(oldest);
            }
        }
    }

    private void Grow(Tail tail, int bytes)
    {
        tail.Bytes += bytes;
        _bytes += bytes;
    }

    private void Remove(LinkedListNode<Tail> node)
    {
        _bytes -= node.Value.Bytes;
        _tails.Remove(node.Value.Channel);
        _byUse.Remove(node);
    }

    private sealed class Tail(ChannelName channel, string epoch)
    {
        public ChannelName Channel { get; } = channel;

        public string Epoch { get; } = epoch;

        /// <summary>Contiguous, in order.</summary>
        public List<Segment> Segments { get; } = [];

        public long Bytes { get; set; }

        public long LastOffset => Segments.Count == 0 ? 0 : Segments[^1].LastOffset;
    }
}
