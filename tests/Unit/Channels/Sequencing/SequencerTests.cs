using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>
/// The rules of sequencing, one by one: what a redelivery, a lost answer, a conflict or an outage at any step makes of
/// an envelope.
/// </summary>
public sealed class SequencerTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task S4_S5_an_envelope_is_committed_sent_to_every_instance_and_completed()
    {
        await using var rig = new SequencerRig();

        var result = await rig.HandleAsync(Numbers(1, 2));
        await rig.HandleAsync(Numbers(3));

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 2, 3], rig.Sender.OffsetsAt(Alpha));
        Assert.Equal([1, 2, 3], rig.Sender.OffsetsAt(Beta));
        Assert.Equal((3, 2), ((await rig.HeadAsync()).LastOffset, (await rig.HeadAsync()).Envelopes.Count));
        Assert.Equal(1, rig.Log.HeadReads);
    }

    [Fact]
    public async Task S2_a_redelivery_is_known_by_its_id_and_sent_again_from_the_log()
    {
        await using var rig = new SequencerRig();
        var envelope = Numbers(1, 2);
        await rig.HandleAsync(envelope);

        await using var other = new SequencerRig(rig.Memory);
        var result = await other.HandleAsync(envelope);

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 2], other.Sender.OffsetsAt(Alpha));
        Assert.Equal(0, other.Log.Commits);
        Assert.Equal(2, (await rig.HeadAsync()).LastOffset);
    }

    [Fact]
    public async Task S2_a_commit_that_times_out_after_it_was_written_is_found_and_sent()
    {
        await using var rig = new SequencerRig();
        rig.Log.LostAnswers = 1;

        var result = await rig.DriveAsync(rig.HandleAsync(Numbers(1, 2)), Step);

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 2], rig.Sender.OffsetsAt(Alpha));
        Assert.Equal(2, (await rig.EntriesAsync()).Count);
    }

    [Fact]
    public async Task S3_what_a_publisher_has_sent_before_is_dropped_and_an_envelope_of_nothing_else_writes_nothing()
    {
        await using var rig = new SequencerRig();
        await rig.HandleAsync(Numbers(1, 2, 3));

        await rig.HandleAsync(Numbers(2, 3, 4, 4));
        var commits = rig.Log.Commits;
        var result = await rig.HandleAsync(Numbers(1, 4));

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 2, 3, 4], (await rig.EntriesAsync()).Select(entry => entry.Number));
        Assert.Equal(commits, rig.Log.Commits);
    }

    [Fact]
    public async Task S4_a_head_from_memory_that_somebody_else_replaced_is_read_again()
    {
        await using var rig = new SequencerRig();
        await using var other = new SequencerRig(rig.Memory);
        await rig.HandleAsync(Numbers(1));
        await other.HandleAsync(Numbers(2));

        var result = await rig.HandleAsync(Numbers(3));

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 2, 3], (await rig.EntriesAsync()).Select(entry => entry.Number));
        Assert.Equal([1, 3], rig.Sender.OffsetsAt(Alpha));
    }

    [Fact]
    public async Task S7_a_conflict_on_a_head_just_read_leaves_the_envelope_to_the_one_who_writes()
    {
        await using var rig = new SequencerRig();
        await using var other = new SequencerRig(rig.Memory);
        rig.Log.OnCommit = _ =>
        {
            rig.Log.OnCommit = null;
            other.HandleAsync(Numbers(7)).GetAwaiter().GetResult();
            return null;
        };

        var result = await rig.HandleAsync(Numbers(8));

        Assert.IsType<SequencingResult.Leave>(result);
        Assert.Equal([7], (await rig.EntriesAsync()).Select(entry => entry.Number));
    }

    [Fact]
    public async Task S7a_an_unreadable_envelope_leaves_tombstones_in_its_channels_and_goes_to_the_dead_letters()
    {
        await using var rig = new SequencerRig();
        var news = ChannelName.Parse("news");
        var message = rig.Wrap([1, 2, 3], "orders:1=2;news=1");

        var result = await rig.HandleAsync(message);
        var again = await rig.HandleAsync(message);

        Assert.Equal("unreadable", Assert.IsType<SequencingResult.DeadLetter>(result).Reason);
        Assert.IsType<SequencingResult.DeadLetter>(again);
        Assert.Equal([4019, 4019], (await rig.EntriesAsync()).Select(entry => entry.Gone));
        Assert.Single(await rig.EntriesAsync(news));
        Assert.Equal(4019, rig.Sender.Sent.Select(sent => sent.Notice).OfType<MessagesFrame>().First().Messages[0].Gone);
    }

    [Theory]
    [InlineData("{\"cut\":")]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task S7a_a_payload_that_no_client_could_read_becomes_a_tombstone_and_spoils_no_frame(string payload)
    {
        await using var rig = new SequencerRig();
        var envelope = Numbers(1, 2, 3);
        envelope = envelope with
        {
            Publications = [.. envelope.Publications.Select(item => item.Number == 2 ? item with { Data = RawJson.FromText(payload) } : item)],
        };

        var result = await rig.HandleAsync(envelope);
        await rig.HandleAsync(envelope with { Id = Guid.NewGuid() });

        Assert.Equal("unreadable", Assert.IsType<SequencingResult.DeadLetter>(result).Reason);
        Assert.Equal([1, 2, 3], rig.Sender.OffsetsAt(Alpha));
        Assert.Equal([0, 4019, 0], (await rig.EntriesAsync()).Select(entry => entry.Gone));
    }

    [Fact]
    public async Task S7a_bytes_that_are_no_text_become_a_tombstone()
    {
        await using var rig = new SequencerRig();
        var envelope = Numbers(1);
        byte[] noText = [(byte)'"', 0xff, (byte)'"'];

        await rig.HandleAsync(envelope with { Publications = [envelope.Publications[0] with { Data = new RawJson(noText) }] });

        Assert.Equal([4019], (await rig.EntriesAsync()).Select(entry => entry.Gone));
    }

    [Fact]
    public async Task S7c_what_needs_a_later_version_is_kept_until_time_is_over_and_left_for_a_newer_process()
    {
        await using var rig = new SequencerRig();
        var body = EnvelopeCodec.Encode(Numbers(1));
        body[2] = 9;
        System.Security.Cryptography.SHA256.HashData(body.AsSpan(0, body.Length - 8))[..8].CopyTo(body, body.Length - 8);

        foreach (var message in (IngressMessage[])[rig.Wrap(body, "orders:1=1"), rig.Wrap([], null, subject: "barrier", session: "1.4")])
        {
            var began = rig.Time.GetUtcNow();

            // Left at once it would come back at once, without end.
            Assert.IsType<SequencingResult.Leave>(await rig.DriveAsync(rig.HandleAsync(message), Step));
            Assert.InRange(rig.Time.GetUtcNow() - began, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(21));
        }

        Assert.Equal(0, rig.Log.Commits);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    [InlineData(8)]
    public async Task S7b_an_item_that_the_store_refuses_becomes_a_tombstone_and_takes_no_neighbour_along(long poison)
    {
        await using var rig = new SequencerRig();
        rig.Log.OnCommit = segments => segments.ToList().FindIndex(
            segment => segment.Entries.Any(entry => entry.Number == poison && entry.Gone == 0)) is >= 0 and var index
            ? new CommitResult.SegmentRejected(index, "scripted")
            : null;
        var envelope = Numbers(1, 2, 3, 4, 5, 6, 7, 8);

        var result = await rig.HandleAsync(envelope);
        var again = await rig.HandleAsync(envelope);

        Assert.Equal("rejected_by_store", Assert.IsType<SequencingResult.DeadLetter>(result).Reason);
        Assert.IsType<SequencingResult.DeadLetter>(again);
        var entries = await rig.EntriesAsync();
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], entries.Select(entry => entry.Number));
        Assert.Equal([poison], entries.Where(entry => entry.Gone == 4018).Select(entry => entry.Number));
    }

    [Fact]
    public async Task S7b_a_store_that_refuses_tombstones_too_is_an_outage_and_loses_nothing()
    {
        await using var rig = new SequencerRig();
        rig.Log.OnCommit = _ => new CommitResult.SegmentRejected(0, "scripted");

        var result = await rig.DriveAsync(rig.HandleAsync(Numbers(1, 2)), Step);
        rig.Log.OnCommit = null;
        await rig.HandleAsync(Numbers(1, 2));

        Assert.IsType<SequencingResult.Leave>(result);
        Assert.All(await rig.EntriesAsync(), entry => Assert.Equal(0, entry.Gone));
        Assert.Equal(2, (await rig.EntriesAsync()).Count);
    }

    [Fact]
    public async Task S7c_an_outage_is_retried_until_ten_seconds_before_the_lock_ends_then_left()
    {
        await using var rig = new SequencerRig();
        rig.Log.IsDown = true;
        var began = rig.Time.GetUtcNow();

        var result = await rig.DriveAsync(rig.HandleAsync(Numbers(1)), Step);

        Assert.IsType<SequencingResult.Leave>(result);
        Assert.InRange(rig.Time.GetUtcNow() - began, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20.5));
        Assert.InRange(rig.Log.HeadReads, 5, 20);
    }

    [Fact]
    public async Task S7c_a_redelivery_goes_on_behind_the_channels_that_are_done()
    {
        await using var rig = new SequencerRig();
        rig.Log.OnCommit = segments => segments[0].Entries[0].Number == 2 ? throw new TimeoutException() : null;
        var message = rig.MessageOf(EnvelopeOf((Orders, 1), (ChannelName.Parse("news"), 2), (ChannelName.Parse("chat"), 3)));
        var first = await rig.DriveAsync(rig.HandleAsync(message), Step);
        rig.Log.OnCommit = null;

        var second = await rig.HandleAsync(message);

        // Sent again each time, the first channels of a wide envelope would take all the time, and the last none.
        Assert.IsType<SequencingResult.Leave>(first);
        Assert.IsType<SequencingResult.Complete>(second);
        Assert.Equal(
            ["chat", "news", "orders:1"],
            rig.Sender.Sent.Where(sent => sent.Instance == Alpha).Select(sent => sent.Notice).OfType<MessagesFrame>().Select(frame => frame.Channel).Order());
    }

    [Fact]
    public async Task S7c_an_outage_that_ends_in_time_is_survived_in_place()
    {
        await using var rig = new SequencerRig();
        rig.Log.IsDown = true;
        var work = rig.HandleAsync(Numbers(1));
        rig.Time.Advance(Step);
        rig.Log.IsDown = false;

        Assert.IsType<SequencingResult.Complete>(await rig.DriveAsync(work, Step));
        Assert.Equal([1], rig.Sender.OffsetsAt(Beta));
    }

    [Fact]
    public async Task S7c_a_stopping_process_leaves_the_envelope_at_once()
    {
        await using var rig = new SequencerRig();
        rig.Log.IsDown = true;
        using var stopping = new CancellationTokenSource();
        var work = rig.HandleAsync(rig.MessageOf(Numbers(1)), stopping.Token);

        await stopping.CancelAsync();

        Assert.IsType<SequencingResult.Leave>(await work.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task S7_nothing_is_committed_behind_the_end_of_the_lock()
    {
        await using var rig = new SequencerRig();

        var result =
            await rig.Sequencer.HandleAsync(rig.MessageOf(Numbers(1)), rig.Time.GetUtcNow(), CancellationToken.None);

        Assert.IsType<SequencingResult.Leave>(result);
        Assert.Equal(0, rig.Log.Commits);
    }

    [Fact]
    public async Task S3_a_resubmitted_dead_letter_is_compared_with_the_log_and_not_with_the_window()
    {
        await using var rig = new SequencerRig();
        rig.Log.OnCommit = segments => segments.ToList().FindIndex(
            segment => segment.Entries.Any(entry => entry.Number == 2 && entry.Gone == 0)) is >= 0 and var index
            ? new CommitResult.SegmentRejected(index, "scripted")
            : null;
        var envelope = Numbers(1, 2, 3);
        await rig.HandleAsync(envelope);
        rig.Log.OnCommit = null;
        var message = rig.MessageOf(envelope) with { IsResubmitted = true };

        var result = await rig.HandleAsync(message);
        await rig.HandleAsync(message);

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 2, 3, 2], (await rig.EntriesAsync()).Select(entry => entry.Number));
    }

    [Fact]
    public async Task E1_a_head_of_an_older_store_generation_ends_and_its_publishers_are_carried_over()
    {
        await using var before = new SequencerRig();
        await before.HandleAsync(Numbers(1, 2));
        var old = await before.HeadAsync();

        await using var after = new SequencerRig(before.Memory, ("Gateway:Log:StoreGeneration", "2"));
        await after.HandleAsync(Numbers(2, 3));
        var head = await after.HeadAsync();

        Assert.NotEqual(old.Epoch, head.Epoch);
        Assert.StartsWith("0002", head.Epoch, StringComparison.Ordinal);
        Assert.Equal(24, head.Epoch.Length);
        Assert.Equal([3], (await after.EntriesAsync()).Select(entry => entry.Number));
        Assert.Equal(1, head.LastOffset);
    }

    [Fact]
    public async Task E1_an_envelope_that_was_committed_but_not_sent_before_the_failover_is_repeated_in_the_new_epoch()
    {
        await using var before = new SequencerRig();
        var envelope = Numbers(1, 2);
        await before.HandleAsync(envelope);

        await using var after = new SequencerRig(before.Memory, ("Gateway:Log:StoreGeneration", "2"));
        await after.HandleAsync(envelope);

        Assert.Equal([1, 2], (await after.EntriesAsync()).Select(entry => entry.Number));
    }

    [Fact]
    public async Task E1_a_reader_that_begins_the_new_epoch_takes_nothing_from_the_commit_that_follows()
    {
        await using var before = new SequencerRig();
        var envelope = Numbers(1, 2);
        await before.HandleAsync(envelope);
        await using var after = new SequencerRig(before.Memory, ("Gateway:Log:StoreGeneration", "2"));

        var read = await after.ReadCurrentAsync();
        await after.HandleAsync(Numbers(2, 3));
        var head = await after.HeadAsync();

        Assert.Equal((0, head.Epoch), (read.LastOffset, read.Epoch));
        Assert.Equal([3], (await after.EntriesAsync()).Select(entry => entry.Number));
        Assert.Null(head.Ended);
    }

    [Fact]
    public async Task E1_an_envelope_that_was_not_sent_before_the_failover_is_repeated_also_where_a_reader_began_the_epoch()
    {
        await using var before = new SequencerRig();
        var envelope = Numbers(1, 2);
        await before.HandleAsync(envelope);
        await using var after = new SequencerRig(before.Memory, ("Gateway:Log:StoreGeneration", "2"));

        await after.ReadCurrentAsync();
        await after.HandleAsync(envelope);

        Assert.Equal([1, 2], (await after.EntriesAsync()).Select(entry => entry.Number));
    }

    [Fact]
    public async Task E3_a_store_that_has_lost_commits_gets_a_new_epoch()
    {
        await using var rig = new SequencerRig();
        await rig.HandleAsync(Numbers(1));
        var epoch = (await rig.HeadAsync()).Epoch;
        var goBack = rig.Memory.Snapshot();
        await rig.HandleAsync(Numbers(2));
        goBack();

        await rig.HandleAsync(Numbers(3));

        var head = await rig.HeadAsync();
        Assert.NotEqual(epoch, head.Epoch);
        Assert.Equal((1, "3"), (head.LastOffset, (await rig.EntriesAsync()).Single().Data.ToString()));
    }

    [Fact]
    public async Task E3_a_segment_above_an_unchanged_head_begins_a_new_epoch()
    {
        await using var rig = new SequencerRig();
        await rig.HandleAsync(Numbers(1));
        var epoch = (await rig.HeadAsync()).Epoch;
        rig.Log.OnCommit = segments => segments[0].Epoch == epoch ? new CommitResult.Conflict() : null;
        await using var fresh = new SequencerRig(rig.Memory);
        fresh.Log.OnCommit = rig.Log.OnCommit;

        var result = await fresh.HandleAsync(Numbers(2));

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.NotEqual(epoch, (await rig.HeadAsync()).Epoch);
    }

    [Fact]
    public async Task R5_retention_raises_the_head_and_deletes_behind_it()
    {
        await using var rig = new SequencerRig(null, ("Gateway:Namespaces:orders:RetentionMessages", "10"));
        for (var number = 1; number <= 40; number++)
        {
            await rig.HandleAsync(Numbers(number));
        }

        var head = await rig.HeadAsync();
        Assert.Equal(40, head.LastOffset);
        Assert.InRange(head.LastOffset - head.FirstRetained + 1, 10, 12);
        Assert.Equal(head.FirstRetained, rig.Memory.SegmentsOf(Orders, head.Epoch).Min(segment => segment.FirstOffset));
    }

    [Fact]
    public async Task R5_retention_by_age_takes_what_was_committed_before()
    {
        await using var rig = new SequencerRig(null, ("Gateway:Namespaces:orders:RetentionAge", "01:00:00"));
        await rig.HandleAsync(Numbers(1, 2));
        rig.Time.Advance(TimeSpan.FromMinutes(50));
        await rig.HandleAsync(Numbers(3));
        rig.Time.Advance(TimeSpan.FromMinutes(20));

        await rig.HandleAsync(Numbers(4));

        Assert.Equal(3, (await rig.HeadAsync()).FirstRetained);
        Assert.Equal([3, 4], (await rig.EntriesAsync()).Select(entry => entry.Number));
    }

    [Fact]
    public async Task S9_a_channel_that_goes_quiet_is_told_its_head_once_and_a_stop_tells_at_once()
    {
        await using var rig = new SequencerRig();
        await rig.HandleAsync(Numbers(1));
        await rig.HandleAsync(Numbers(2));
        Assert.DoesNotContain(rig.Sender.Sent, sent => sent.Notice is HeadNotice);

        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.HandleAsync(Numbers(3));
        await rig.Get<QuietNotices>().StopAsync(CancellationToken.None);

        Assert.Equal(
            [2, 3], rig.Sender.Sent.Where(sent => sent.Instance == Alpha).Select(sent => sent.Notice).OfType<HeadNotice>().Select(head => head.Offset));
    }

    [Fact]
    public async Task S9_a_late_copy_of_an_old_envelope_does_not_lower_the_notice()
    {
        await using var rig = new SequencerRig();
        var old = Numbers(1);
        await rig.HandleAsync(old);
        await rig.HandleAsync(Numbers(2));
        await rig.HandleAsync(old);

        rig.Time.Advance(TimeSpan.FromSeconds(2));

        var notice = rig.Sender.Sent.Where(sent => sent.Instance == Alpha).Select(sent => sent.Notice).OfType<HeadNotice>().Single();
        Assert.Equal(2, notice.Offset);
    }

    [Fact]
    public void S7_S8_a_hold_is_counted_from_the_first_sight_since_the_last_release()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var holds = new SessionHolds(time);
        holds.See(Session);
        time.Advance(TimeSpan.FromSeconds(61));
        holds.See(Session);
        Assert.Equal(TimeSpan.FromSeconds(61), holds.HeldFor(Session));

        holds.Release(Session);
        holds.See(Session);

        Assert.Equal(TimeSpan.Zero, holds.HeldFor(Session));
    }
}
