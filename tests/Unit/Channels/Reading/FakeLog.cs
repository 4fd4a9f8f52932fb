using CsCheck;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Reading;

/// <summary>A log of one channel that tests hold, change and count.</summary>
internal sealed class FakeLog(Head? head, List<Segment> segments) : IChannelLog
{
    private TaskCompletionSource? _held;

    public Head Head { get; set; } = head!;

    public List<Segment> Segments { get; } = segments;

    public int HeadReads { get; private set; }

    public int SegmentReads { get; private set; }

    public Action? BeforeSegments { get; set; }

    public static FakeLog Of(int[] sizes, int trimmed)
    {
        List<Segment> segments = [];
        var next = 1L;
        foreach (var size in sizes)
        {
            segments.Add(new Segment("e1", next, DateTimeOffset.UnixEpoch, [.. Enumerable.Range(0, size).Select(index =>
                new SegmentEntry(new PublisherKey(1), "p", "u", next + index, RawJson.FromText("{\"a\":1}")))]));
            next += size;
        }

        var log = new FakeLog(new Head { Epoch = "e1", LastOffset = next - 1 }, segments);
        log.Trim(Math.Min(trimmed, next - 1) + 1);
        return log;
    }

    public void Trim(long firstRetained)
    {
        Head = Head with { FirstRetained = firstRetained };
        Segments.RemoveAll(segment => segment.LastOffset < firstRetained);
    }

    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var held = _held!;
        _held = null;
        held.SetResult();
    }

    public async Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        HeadReads++;
        var stored = new StoredHead(Head, "1");
        if (_held is { } held)
        {
            await held.Task;
        }

        return stored;
    }

    public Func<Head>? WrittenByOthers { get; set; }

    public Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        if (WrittenByOthers is { } written)
        {
            Head = written();
            return Task.FromResult<CommitResult>(new CommitResult.Conflict());
        }

        Assert.Same(Head, previous.Head);
        Assert.Empty(segments);
        Head = next;
        return Task.FromResult<CommitResult>(new CommitResult.Committed("2"));
    }

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken)
    {
        BeforeSegments?.Invoke();
        SegmentReads++;
        List<Segment> read = [];
        var bytes = 0;
        foreach (var segment in Segments.Where(segment => segment.LastOffset > after && segment.FirstOffset <= upTo))
        {
            read.Add(segment);
            bytes += SegmentCache.SizeOf(segment);
            if (bytes > maxBytes)
            {
                break;
            }
        }

        return Task.FromResult<IReadOnlyList<Segment>>(read);
    }

    public Task<bool> DeleteSegmentsAsync(ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Readers do not delete.");
}
