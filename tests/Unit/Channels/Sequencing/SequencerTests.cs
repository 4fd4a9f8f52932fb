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
