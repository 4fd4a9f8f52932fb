using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Reading;

public sealed class ReadingTests
{
    private static readonly ChannelName Orders = ChannelName.Parse("orders:1");

    [Fact]
    public void Whatever_the_position_pages_bring_all_that_is_retained_and_name_what_is_not_R3_R4() =>
        Gen.Select(Gen.Int[1, 6].Array[0, 12], Gen.Int[0, 80], Gen.Int[0, 90], Gen.Int[0, 2], Gen.Int[1, 3000])
            .Sample((sizes, trimmed, offset, epochKind, pageBytes) =>
            {
                var log = FakeLog.Of(sizes, trimmed);
                var epoch = epochKind switch { 0 => "e1", 1 => "other", _ => string.Empty };
                var position = new Position(epoch, epochKind == 2 ? 0 : offset);
                var pages = PullAll(CreateReader(log), position, pageBytes);

                var (last, first) = (log.Head.LastOffset, log.Head.FirstRetained);
                var sameLog = epochKind != 1 && position.Offset <= last;
                var expectedFrom = sameLog ? Math.Max(position.Offset + 1, first) : first;
                var expectedOutcome = !sameLog ? Outcome.Reset
                    : position.Offset + 1 < first ? Outcome.Gap : Outcome.Recovered;

                Assert.Equal(expectedOutcome, pages[0].Outcome);
                Assert.Equal(
                    expectedOutcome == Outcome.Gap ? new OffsetRange(position.Offset + 1, first - 1) : null, pages[0].Gap);
                Assert.Equal(
                    Enumerable.Range(0, (int)(last - expectedFrom + 1)).Select(index => expectedFrom + index),
                    pages.SelectMany(page => page.Messages).Select(message => message.Offset));
                Assert.All(pages.SelectMany(page => page.Messages), message => Assert.Equal(message.Offset, message.Number));
                Assert.Equal([.. Enumerable.Repeat(false, pages.Count - 1), true], pages.Select(page => page.Live));
            });

    [Fact]
    public async Task Without_a_position_reading_starts_behind_the_head()
    {
        var page = await CreateReader(FakeLog.Of([3, 2], 0)).ReadAsync(Orders, null, 1000, default);

        Assert.Equal((Outcome.Started, 6, 5, true), (page.Outcome, page.From, page.Head, page.Live));
        Assert.Empty(page.Messages);
    }

    [Fact]
    public async Task A_channel_without_a_head_is_live_at_once_and_resets_those_who_knew_another()
    {
        var reader = CreateReader(new FakeLog(null, []));

        var fresh = await reader.ReadAsync(Orders, Position.Beginning, 1000, default);
        var known = await reader.ReadAsync(Orders, new Position("e1", 7), 1000, default);

        Assert.Equal((Outcome.Recovered, "", 1, 0, true), (fresh.Outcome, fresh.Epoch, fresh.From, fresh.Head, fresh.Live));
        Assert.Equal((Outcome.Reset, 1, true), (known.Outcome, known.From, known.Live));
    }

    [Fact]
    public async Task A_head_is_read_after_the_question_and_shared_by_those_who_asked_before_it_began_R1()
    {
        var log = FakeLog.Of([1], 0);
        var time = new FakeTimeProvider();
        var heads = new HeadReads(Current(log, time), time, Options.Create(new ReadingOptions()));
        log.Hold();

        var first = heads.ReadFreshAsync(Orders, default);
        log.Head = log.Head with { LastOffset = 2 };
        var second = heads.ReadFreshAsync(Orders, default);
        var third = heads.ReadFreshAsync(Orders, default);
        log.Release();

        Assert.Equal(1, (await first)!.LastOffset);
        Assert.Equal(2, (await second)!.LastOffset);
        Assert.Equal(2, (await third)!.LastOffset);
        Assert.Equal(2, log.HeadReads);
    }

    [Fact]
    public async Task A_check_is_answered_from_a_head_of_at_most_a_second_R6()
    {
        var log = FakeLog.Of([1], 0);
        var time = new FakeTimeProvider();
        var reader = CreateReader(log, time);

        Assert.Equal(1, (await reader.CheckAsync(Orders, default)).Head);
        log.Head = log.Head with { LastOffset = 2 };
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await reader.CheckAsync(Orders, default)).Head);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, (await reader.CheckAsync(Orders, default)).Head);
    }

    [Fact]
    public async Task A_storm_of_resumes_reads_each_segment_once()
    {
        var log = FakeLog.Of([.. Enumerable.Repeat(5, 20)], 0);
        var reader = CreateReader(log);

        var pages = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => reader.ReadAsync(Orders, new Position("e1", 40), 1 << 20, default)));

        Assert.All(pages, page => Assert.Equal(60, page.Messages.Count));
        Assert.Equal(1, log.SegmentReads);
    }

    [Fact]
    public async Task A_page_overtaken_by_trimming_is_decided_anew_R3()
    {
        var log = FakeLog.Of([2, 2, 2], 0);
        log.BeforeSegments = () =>
        {
            log.BeforeSegments = null;
            log.Trim(4);
        };

        var page = await CreateReader(log).ReadAsync(Orders, new Position("e1", 1), 1 << 20, default);

        Assert.Equal((Outcome.Gap, new OffsetRange(2, 3)), (page.Outcome, page.Gap));
        Assert.Equal([4, 5, 6], page.Messages.Select(message => message.Offset));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_a_retry_not_a_loss()
    {
        var log = FakeLog.Of([2], 0);
        log.BeforeSegments = () => throw new IOException("gone");

        var page = await CreateReader(log).ReadAsync(Orders, new Position("e1", 0), 1000, default);

        Assert.Equal((Outcome.Retry, ErrorCodes.StoreUnavailable.Code), (page.Outcome, page.Error!.Code));
    }

    [Fact]
    public void The_cache_keeps_to_its_bound()
    {
        var cache = new SegmentCache(Options.Create(new ReadingOptions { MaxCachedBytes = 2000 }));
        var log = FakeLog.Of([.. Enumerable.Repeat(2, 50)], 0);
        foreach (var segment in log.Segments)
        {
            cache.Add(Orders, [segment]);
        }

        Assert.Empty(cache.Find(Orders, "e1", 1, 100));
        var kept = cache.Find(Orders, "e1", 99, 100);
        Assert.Single(kept);
        Assert.InRange(Enumerable.Range(1, 100).Select(at => cache.Find(Orders, "e1", at, at)).SelectMany(found => found).Distinct()
            .Sum(SegmentCache.SizeOf), 1, 2000);
    }

    [Fact]
    public async Task E1_who_reads_a_head_of_a_lower_generation_begins_a_new_epoch_at_once()
    {
        var log = Outlived();

        var page = await CreateReader(log, generation: 2).ReadAsync(Orders, new Position(log.Head.Epoch, 3), 1000, default);

        Assert.Equal((Outcome.Reset, 1, 0, true), (page.Outcome, page.From, page.Head, page.Live));
        Assert.StartsWith("0002", page.Epoch, StringComparison.Ordinal);
        Assert.Equal(page.Epoch, log.Head.Epoch);
    }

    [Fact]
    public async Task E1_where_somebody_else_begins_it_first_theirs_holds()
    {
        var log = Outlived();
        log.WrittenByOthers = () => new Head { Epoch = "0002019ab0000000aaaaaaaa", LastOffset = 5 };

        var page = await CreateReader(log, generation: 2).ReadAsync(Orders, null, 1000, default);

        Assert.Equal((Outcome.Started, "0002019ab0000000aaaaaaaa", 6), (page.Outcome, page.Epoch, page.From));
    }

    [Fact]
    public async Task E1_where_it_cannot_be_begun_the_client_is_told_to_ask_again()
    {
        var log = Outlived();
        log.WrittenByOthers = () => log.Head;

        var page = await CreateReader(log, generation: 2).ReadAsync(Orders, null, 1000, default);

        Assert.Equal((Outcome.Retry, ErrorCodes.StoreUnavailable.Code), (page.Outcome, page.Error!.Code));
    }

    private static FakeLog Outlived() => new(new Head { Epoch = "0001019ab0000000aaaaaaaa", LastOffset = 3 }, []);

    private static List<ChannelPage> PullAll(ChannelReader reader, Position position, int pageBytes)
    {
        var pages = new List<ChannelPage> { Read(position) };
        var epoch = pages[0].Epoch;
        var reached = pages[0].From - 1;
        while (!pages[^1].Live)
        {
            Assert.True(pages.Count < 1000, "Paging makes no progress.");
            reached += pages[^1].Messages.Count;
            pages.Add(Read(new Position(epoch, reached)));
            Assert.Equal(Outcome.Recovered, pages[^1].Outcome);
        }

        return pages;

        ChannelPage Read(Position from) => reader.ReadAsync(Orders, from, pageBytes, default).GetAwaiter().GetResult();
    }

    private static CurrentHeads Current(FakeLog log, TimeProvider time, int generation = 0) => new(
        log, new EpochFactory(time, new CryptographicEntropy(), Options.Create(new LogOptions { StoreGeneration = generation })));

    private static ChannelReader CreateReader(FakeLog log, TimeProvider? time = null, int generation = 0)
    {
        var options = Options.Create(new ReadingOptions());
        time ??= new FakeTimeProvider();
        var segments = new SegmentReads(log, new SegmentCache(options), time, options);
        return new ChannelReader(new HeadReads(Current(log, time, generation), time, options), segments, NullLogger<ChannelReader>.Instance);
    }
}
