using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Contract.Tests.Stores;

/// <summary>
/// What the sequencer and the readers rely on in a channel's log: fenced, atomic commits (rule S4), segments found by a
/// position inside of them, and trimming that several processes may do at once (rule R5). Memory and Table Storage pass
/// the same tests.
/// </summary>
public abstract class ChannelLogContract
{
    private const string Epoch = "0001019ab0000000aaaaaaaa";
    private const string OlderEpoch = "0001019a00000000bbbbbbbb";
    private const string NewerEpoch = "0001019ac0000000cccccccc";

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);
    private static int _lastChannel;

    private readonly ChannelName _channel = ChannelName.Parse($"c/{Interlocked.Increment(ref _lastChannel)}:=@+~!,");

    private static CancellationToken Token => CancellationToken.None;

    [Fact]
    public async Task A_channel_that_was_never_written_has_no_head_and_no_segments()
    {
        var log = await CreateAsync();

        Assert.Equal(StoredHead.None, await log.ReadHeadAsync(_channel, Token));
        Assert.Empty(await log.ReadSegmentsAsync(_channel, Epoch, 0, 100, 1000, Token));
        Assert.True(await log.DeleteSegmentsAsync(_channel, Epoch, 100, Token));
    }

    [Fact]
    public async Task S4_a_commit_writes_head_and_segments_and_its_tag_fences_the_next()
    {
        var log = await CreateAsync();

        var first = await CommitAsync(log, StoredHead.None, HeadAt(2), SegmentOf(1, 2));
        var read = await log.ReadHeadAsync(_channel, Token);
        await CommitAsync(log, read, HeadAt(3), SegmentOf(3, 1));

        Assert.Equal(first, read.Tag);
        Assert.Equal(2, read.Head!.LastOffset);
        var segments = await log.ReadSegmentsAsync(_channel, Epoch, 0, 3, 1_000_000, Token);
        Assert.Equal([1, 3], segments.Select(segment => segment.FirstOffset));
        Assert.Equal(SegmentOf(1, 2).Entries, segments[0].Entries);
        Assert.Equal(At, segments[0].EnqueuedAt);
    }

    [Fact]
    public async Task S4_the_second_of_two_first_commits_is_a_conflict_and_writes_nothing()
    {
        var log = await CreateAsync();
        await CommitAsync(log, StoredHead.None, HeadAt(1), SegmentOf(1, 1));

        var second = await log.CommitAsync(_channel, StoredHead.None, HeadAt(2), [SegmentOf(1, 2)], Token);

        Assert.IsType<CommitResult.Conflict>(second);
        Assert.Equal(1, (await log.ReadHeadAsync(_channel, Token)).Head!.LastOffset);
        Assert.Equal([1], (await log.ReadSegmentsAsync(_channel, Epoch, 0, 9, 1000, Token)).Select(segment => segment.LastOffset));
    }

    [Fact]
    public async Task S4_a_stale_tag_is_a_conflict_and_rolls_all_segments_back()
    {
        var log = await CreateAsync();
        await CommitAsync(log, StoredHead.None, HeadAt(1), SegmentOf(1, 1));
        var stale = await log.ReadHeadAsync(_channel, Token);
        await CommitAsync(log, stale, HeadAt(2), SegmentOf(2, 1));

        var result = await log.CommitAsync(_channel, stale, HeadAt(9), [SegmentOf(3, 2), SegmentOf(5, 2)], Token);

        Assert.IsType<CommitResult.Conflict>(result);
        Assert.Equal(2, (await log.ReadHeadAsync(_channel, Token)).Head!.LastOffset);
        Assert.Equal([1, 2], (await log.ReadSegmentsAsync(_channel, Epoch, 0, 9, 1000, Token)).Select(segment => segment.LastOffset));
    }

    [Fact]
    public async Task E3_a_segment_that_is_there_already_is_a_conflict_though_the_head_is_unchanged()
    {
        var log = await CreateAsync();
        await CommitAsync(log, StoredHead.None, HeadAt(2), SegmentOf(1, 2));
        var head = await log.ReadHeadAsync(_channel, Token);

        var result = await log.CommitAsync(_channel, head, HeadAt(2), [SegmentOf(1, 2)], Token);

        Assert.IsType<CommitResult.Conflict>(result);
        Assert.Equal(head.Tag, (await log.ReadHeadAsync(_channel, Token)).Tag);
    }

    [Fact]
    public async Task A_head_that_is_gone_is_a_conflict_for_who_wants_to_replace_it()
    {
        var log = await CreateAsync();

        var result =
            await log.CommitAsync(_channel, new StoredHead(HeadAt(1), AnyTag), HeadAt(2), [SegmentOf(2, 1)], Token);

        Assert.IsType<CommitResult.Conflict>(result);
        Assert.Equal(StoredHead.None, await log.ReadHeadAsync(_channel, Token));
    }

    [Fact]
    public async Task A_read_begins_with_the_segment_in_which_the_position_lies()
    {
        var log = await CreateAsync();
        await CommitAsync(log, StoredHead.None, HeadAt(30), SegmentOf(1, 10), SegmentOf(11, 10), SegmentOf(21, 10));

        Assert.Equal([11, 21], await FirstsAsync(log, after: 15, upTo: 30));
        Assert.Equal([11, 21], await FirstsAsync(log, after: 19, upTo: 30));
        Assert.Equal([21], await FirstsAsync(log, after: 20, upTo: 30));
        Assert.Equal([1, 11], await FirstsAsync(log, after: 9, upTo: 11));
        Assert.Equal([1], await FirstsAsync(log, after: 0, upTo: 10));
        Assert.Empty(await FirstsAsync(log, after: 30, upTo: 30));
    }

    [Fact]
    public async Task A_read_ends_by_size_but_brings_at_least_one_segment()
    {
        var log = await CreateAsync();
        var segments = Enumerable.Range(0, 5).Select(at => SegmentOf((at * 2) + 1, 2, payloadBytes: 2000)).ToArray();
        await CommitAsync(log, StoredHead.None, HeadAt(10), segments);

        Assert.Single(await log.ReadSegmentsAsync(_channel, Epoch, 0, 10, 1, Token));
        Assert.Equal(2, (await log.ReadSegmentsAsync(_channel, Epoch, 0, 10, 9000, Token)).Count);
        Assert.Equal(5, (await log.ReadSegmentsAsync(_channel, Epoch, 0, 10, 1_000_000, Token)).Count);
    }

    [Fact]
    public async Task A_segment_as_large_as_a_row_may_be_comes_back_whole()
    {
        var log = await CreateAsync();
        var large = SegmentOf(1, 9, payloadBytes: 100_000);

        await CommitAsync(log, StoredHead.None, HeadAt(9), large);

        Assert.Equal(large.Entries, (await log.ReadSegmentsAsync(_channel, Epoch, 0, 9, 1, Token)).Single().Entries);
    }

    [Fact]
    public async Task S7_a_segment_that_no_row_can_hold_is_rejected_by_its_index_and_nothing_is_written()
    {
        var log = await CreateAsync();

        var result = await log.CommitAsync(
            _channel, StoredHead.None, HeadAt(2), [SegmentOf(1, 1), SegmentOf(2, 1, payloadBytes: 1_100_000)], Token);

        Assert.Equal(1, Assert.IsType<CommitResult.SegmentRejected>(result).Index);
        Assert.Equal(StoredHead.None, await log.ReadHeadAsync(_channel, Token));
        Assert.Empty(await log.ReadSegmentsAsync(_channel, Epoch, 0, 2, 1000, Token));
    }

    [Fact]
    public async Task R5_trimming_deletes_what_lies_wholly_below_and_all_of_other_epochs()
    {
        var log = await CreateAsync();
        await CommitAsync(log, StoredHead.None, HeadAt(5), SegmentOf(1, 5, epoch: OlderEpoch));
        var head = await log.ReadHeadAsync(_channel, Token);
        await CommitAsync(log, head, HeadAt(30), SegmentOf(1, 10), SegmentOf(11, 10), SegmentOf(21, 10), SegmentOf(1, 1, epoch: NewerEpoch));

        var complete = await log.DeleteSegmentsAsync(_channel, Epoch, 15, Token);

        Assert.True(complete);
        Assert.Equal([11, 21], await FirstsAsync(log, after: 0, upTo: 30));
        Assert.Empty(await log.ReadSegmentsAsync(_channel, OlderEpoch, 0, 30, 1000, Token));
        Assert.Empty(await log.ReadSegmentsAsync(_channel, NewerEpoch, 0, 30, 1000, Token));
        Assert.NotNull((await log.ReadHeadAsync(_channel, Token)).Head);
    }

    [Theory]
    [InlineData(OlderEpoch)]
    [InlineData(NewerEpoch)]
    public async Task E4_a_trimmer_that_stalled_deletes_nothing_of_an_epoch_that_began_meanwhile(string begun)
    {
        var log = await CreateAsync();
        await CommitAsync(log, StoredHead.None, HeadAt(20), SegmentOf(1, 10), SegmentOf(11, 10));
        var head = await log.ReadHeadAsync(_channel, Token);
        await CommitAsync(log, head, HeadAt(5) with { Epoch = begun }, SegmentOf(1, 5, epoch: begun));

        Assert.True(await log.DeleteSegmentsAsync(_channel, Epoch, 15, Token));

        Assert.Equal(1, Assert.Single(await log.ReadSegmentsAsync(_channel, begun, 0, 5, 1000, Token)).FirstOffset);
    }

    [Fact]
    public async Task R5_trimming_by_two_at_once_is_no_error_and_ends()
    {
        var log = await CreateAsync();
        var head = StoredHead.None;
        for (var first = 1; first <= 120; first += 60)
        {
            await CommitAsync(log, head, HeadAt(first + 59), [.. Enumerable.Range(first, 60).Select(at => SegmentOf(at, 1))]);
            head = await log.ReadHeadAsync(_channel, Token);
        }

        async Task TrimAsync()
        {
            while (!await log.DeleteSegmentsAsync(_channel, Epoch, 120, Token))
            {
                // More than one transaction's worth is left.
                continue;
            }
        }

        await Task.WhenAll(TrimAsync(), TrimAsync(), TrimAsync());

        Assert.Equal([120], await FirstsAsync(log, after: 0, upTo: 120));
    }

    [Fact]
    public async Task Channels_whose_names_differ_little_do_not_share_rows()
    {
        var log = await CreateAsync();
        var (one, other) = (ChannelName.Parse(_channel.Value + "/a"), ChannelName.Parse(_channel.Value + "/A"));

        await log.CommitAsync(one, StoredHead.None, HeadAt(1), [SegmentOf(1, 1)], Token);

        Assert.NotNull((await log.ReadHeadAsync(one, Token)).Head);
        Assert.Null((await log.ReadHeadAsync(other, Token)).Head);
    }

    /// <summary>A new, empty log.</summary>
    private protected abstract Task<IChannelLog> CreateAsync();

    /// <summary>A tag in the store's form that no row has.</summary>
    private protected virtual string AnyTag => "no such tag";

    private async Task<string> CommitAsync(IChannelLog log, StoredHead previous, Head next, params Segment[] segments) =>
        Assert.IsType<CommitResult.Committed>(await log.CommitAsync(_channel, previous, next, segments, Token)).Tag;

    private async Task<IEnumerable<long>> FirstsAsync(IChannelLog log, long after, long upTo) =>
        (await log.ReadSegmentsAsync(_channel, Epoch, after, upTo, 1_000_000, Token)).Select(segment => segment.FirstOffset);

    private static Head HeadAt(long lastOffset) => new() { Epoch = Epoch, LastOffset = lastOffset, CommittedAt = At };

    private static Segment SegmentOf(long first, int count, string epoch = Epoch, int payloadBytes = 10) => new(
        epoch,
        first,
        At,
        [.. Enumerable.Range(0, count).Select(at => new SegmentEntry(
            new PublisherKey(7), new string('7', 32), "alice", first + at, RawJson.FromText($"\"{new string('x', payloadBytes)}\"")))]);
}
