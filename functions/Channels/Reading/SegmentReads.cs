using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>
/// Reads segments through the cache, one reader at a time per channel: of a thousand clients that resume in the same second one asks the
/// store, the others find what it brought.
/// </summary>
internal sealed class SegmentReads(IChannelLog log, SegmentCache cache, TimeProvider time, IOptions<ReadingOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, Gate> _gates = [];

    /// <summary>
    /// Contiguous segments from the one that holds <paramref name="from"/>, in order, at least one; empty where the store does not have it
    /// (any more): then the head is to be read again.
    /// </summary>
    public async Task<IReadOnlyList<Segment>> ReadAsync(
        ChannelName channel, string epoch, long from, long upTo, int maxBytes, CancellationToken cancellationToken)
    {
        if (cache.Find(channel, epoch, from, upTo) is { Count: > 0 } cached)
        {
            return cached;
        }

        var gate = Enter(channel);
        try
        {
            await gate.Turn.WaitAsync(cancellationToken);
            try
            {
                return cache.Find(channel, epoch, from, upTo) is { Count: > 0 } brought
                    ? brought
                    : await ReadStoreAsync(channel, epoch, from, upTo, maxBytes, cancellationToken);
            }
            finally
            {
                gate.Turn.Release();
            }
        }
        finally
        {
            Leave(channel, gate);
        }
    }

    private async Task<IReadOnlyList<Segment>> ReadStoreAsync(
        ChannelName channel, string epoch, long from, long upTo, int maxBytes, CancellationToken cancellationToken)
    {
        var read = await log.ReadSegmentsAsync(channel, epoch, from - 1, upTo, maxBytes, cancellationToken)
            .WaitAsync(options.Value.StoreTimeout, time, cancellationToken);
        List<Segment> contiguous = [];
        foreach (var segment in read)
        {
            var expected = contiguous.Count == 0 ? from : contiguous[^1].LastOffset + 1;
            var follows = contiguous.Count == 0
                ? segment.FirstOffset <= expected && segment.LastOffset >= expected
                : segment.FirstOffset == expected;
            if (!follows)
            {
                break;
            }

            contiguous.Add(segment);
        }

        cache.Add(channel, contiguous);
        return contiguous;
    }

    private Gate Enter(ChannelName channel)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue(channel, out var gate))
            {
                _gates[channel] = gate = new Gate();
            }

            gate.Users++;
            return gate;
        }
    }

    private void Leave(ChannelName channel, Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users == 0)
            {
                _gates.Remove(channel);
                gate.Turn.Dispose();
            }
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
