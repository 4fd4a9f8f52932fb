using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Tests.Support.Memory;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>When an epoch ends and the next begins (rules E1, E3): what is carried over, repeated, and told.</summary>
public sealed class EpochTests
{
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
    public async Task E1_what_an_ended_epoch_owed_to_backends_is_told_as_a_gap()
    {
        await using var before = Routed();
        before.Sender.IsTopicDown = true;
        await before.HandleAsync(Numbers(1, 2));

        await using var after = Routed(before.Memory, 2);
        await after.HandleAsync(Numbers(3));

        Assert.Equal(["gap", "messages"], after.Sender.Events.Select(sent => sent.Kind));
        Assert.Equal([1], after.Sender.EventOffsets);
    }

    [Fact]
    public async Task E1_it_is_told_also_where_readers_began_the_epoch_and_one_more()
    {
        await using var before = Routed();
        before.Sender.IsTopicDown = true;
        await before.HandleAsync(Numbers(1, 2));
        await using var between = Routed(before.Memory, 2);
        await between.ReadCurrentAsync();

        await using var after = Routed(before.Memory, 3);
        await after.ReadCurrentAsync();
        await after.HandleAsync(Numbers(3));

        Assert.Equal(["gap", "messages"], after.Sender.Events.Select(sent => sent.Kind));
        Assert.Equal([1], after.Sender.EventOffsets);
    }

    [Fact]
    public async Task E1_a_gap_that_the_topic_does_not_take_is_told_before_anything_of_the_new_epoch()
    {
        await using var before = Routed();
        before.Sender.IsTopicDown = true;
        await before.HandleAsync(Numbers(1, 2));
        await using var after = Routed(before.Memory, 2);
        after.Sender.IsTopicDown = true;
        await after.HandleAsync(Numbers(3));
        after.Sender.IsTopicDown = false;

        var task = after.Queue.Tasks.Single().Task;
        await after.HandleAsync(after.Wrap(task.EncodeBody(), null, task.Kind));

        Assert.Equal(["gap", "messages"], after.Sender.Events.Select(sent => sent.Kind));
        Assert.Null((await after.HeadAsync()).Ended);
    }

    [Fact]
    public async Task E1_a_process_that_dies_between_the_first_commit_and_the_telling_leaves_the_debt_to_the_next()
    {
        await using var before = Routed();
        before.Sender.IsTopicDown = true;
        await before.HandleAsync(Numbers(1, 2));
        await using var dying = Routed(before.Memory, 2);
        dying.Sender.IsTopicDown = true;
        dying.Queue.IsDown = true;
        await dying.DriveAsync(dying.HandleAsync(Numbers(3)), TimeSpan.FromMilliseconds(500));

        await using var next = Routed(before.Memory, 2);
        await next.HandleAsync(Numbers(4));

        Assert.Equal(["gap", "messages", "messages"], next.Sender.Events.Select(sent => sent.Kind));
        Assert.Equal([1, 2], next.Sender.EventOffsets);
    }

    [Fact]
    public async Task E1_an_envelope_of_duplicates_begins_the_epoch_and_pays_nothing_of_the_debt()
    {
        await using var before = Routed();
        before.Sender.IsTopicDown = true;
        await before.HandleAsync(Numbers(1, 2));
        await using var after = Routed(before.Memory, 2);

        await after.HandleAsync(Numbers(2));
        Assert.StartsWith("0002", (await after.HeadAsync()).Epoch, StringComparison.Ordinal);
        await after.HandleAsync(Numbers(3));

        Assert.Equal(["gap", "messages"], after.Sender.Events.Select(sent => sent.Kind));
    }

    [Fact]
    public async Task E1_a_task_of_the_ended_epoch_pays_its_debt_and_what_was_not_sent_is_repeated_all_the_same()
    {
        await using var before = Routed();
        before.Sender.IsTopicDown = true;
        var envelope = Numbers(1, 2);
        await before.HandleAsync(envelope);
        var task = before.Queue.Tasks.Single().Task;
        await using var after = Routed(before.Memory, 2);
        await after.ReadCurrentAsync();

        await after.HandleAsync(after.Wrap(task.EncodeBody(), null, task.Kind));
        await after.HandleAsync(envelope);

        Assert.Equal(["gap", "messages"], after.Sender.Events.Select(sent => sent.Kind));
        Assert.Equal([1, 2], (await after.EntriesAsync()).Select(entry => entry.Number));
        Assert.Null((await after.HeadAsync()).Ended);
    }

    private static SequencerRig Routed(InMemoryChannelLog? memory = null, int generation = 1) => new(
        memory,
        ("Gateway:Namespaces:orders:RouteToBackends", "true"),
        ("Gateway:Log:StoreGeneration", generation.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
