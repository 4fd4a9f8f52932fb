using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>
/// What becomes of destinations that did not take a send (rule S6): instances are told to check, backends get what they
/// missed, in order.
/// </summary>
public sealed class RepairTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task S6_a_failed_send_is_in_the_row_and_a_probe_is_on_its_way_before_the_envelope_completes()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Down.Add(Beta);

        var result = await rig.HandleAsync(EnvelopeOf((Orders, 1), (ChannelName.Parse("news"), 1), (ChannelName.Parse("chat"), 1)));

        Assert.IsType<SequencingResult.Complete>(result);
        Assert.Equal([1, 1, 1], rig.Sender.OffsetsAt(Alpha));
        var repair = (await RowAsync(rig, Beta)).Repair;
        Assert.Equal((1, 0, true, 1), (repair.Wanted, repair.Done, repair.Skip, repair.Turn));
        var probe = Assert.Single(rig.Queue.Tasks);
        Assert.Equal(("instance.beta", new IngressTask(IngressTask.Probe, "beta", 1)), (probe.Session, probe.Task));
        Assert.False((await RowAsync(rig, Alpha)).Repair.Skip);
    }

    [Fact]
    public async Task S6_a_throttled_send_is_a_failed_one_and_is_remembered_as_throttled()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Throttled.Add(Beta);

        await rig.HandleAsync(Numbers(1));

        var repair = (await RowAsync(rig, Beta)).Repair;
        Assert.Equal((1, true, true), (repair.Wanted, repair.Skip, repair.Throttled));
    }

    [Fact]
    public async Task S6_an_envelope_whose_repair_can_not_be_scheduled_does_not_complete()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Down.Add(Beta);
        rig.Queue.IsDown = true;

        var result = await rig.DriveAsync(rig.HandleAsync(Numbers(1)), Step);

        Assert.IsType<SequencingResult.Leave>(result);
        Assert.False((await RowAsync(rig, Beta)).Repair.Skip);
    }

    [Fact]
    public async Task S6_a_skipped_instance_gets_nothing_and_costs_nothing_until_it_answers_and_then_one_check()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Down.Add(Beta);
        await rig.HandleAsync(Numbers(1));
        await rig.HandleAsync(Numbers(2));
        await rig.HandleAsync(Numbers(3));
        Assert.Single(rig.Queue.Tasks);

        await RunTasksAsync(rig, 3);
        rig.Sender.Down.Clear();
        await RunTasksAsync(rig, 1);
        Assert.False((await RowAsync(rig, Beta)).Repair.Skip);
        Assert.DoesNotContain(rig.Sender.Sent, sent => sent.Notice is CheckNotice);
        Assert.Equal(TimeSpan.FromSeconds(10), rig.Queue.Tasks[^1].Delay);
        await rig.HandleAsync(Numbers(4));
        await RunTasksAsync(rig, 1);

        Assert.Equal([4], rig.Sender.OffsetsAt(Beta));
        var check = Assert.Single(rig.Sender.Sent, sent => sent.Notice is CheckNotice);
        Assert.Equal((Beta, 10_000), (check.Instance, ((CheckNotice)check.Notice).WindowMs));
        Assert.False((await RowAsync(rig, Beta)).Repair.IsWanted);
        Assert.Empty(Due(rig));
    }

    [Fact]
    public async Task S6_a_send_that_fails_between_answer_and_check_gets_a_check_of_its_own()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Down.Add(Beta);
        await rig.HandleAsync(Numbers(1));
        rig.Sender.Down.Clear();
        await RunTasksAsync(rig, 1);
        rig.Sender.Down.Add(Beta);
        await rig.HandleAsync(Numbers(2));
        rig.Sender.Down.Clear();

        await RunTasksAsync(rig, 10);

        var repair = (await RowAsync(rig, Beta)).Repair;
        Assert.Equal((2, 2, false), (repair.Wanted, repair.Done, repair.Skip));
        Assert.Contains(rig.Sender.Sent, sent => sent.Notice is CheckNotice && sent.Instance == Beta);
        Assert.Empty(Due(rig));
    }

    [Fact]
    public async Task S6_a_task_that_was_enqueued_twice_does_not_become_two_chains()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Down.Add(Beta);
        await rig.HandleAsync(Numbers(1));
        var first = rig.Queue.Tasks[0];
        await RunTasksAsync(rig, 1);
        var tasks = rig.Queue.Tasks.Count;

        Assert.IsType<SequencingResult.Complete>(await HandleAsync(rig, first.Session, first.Task));

        Assert.Equal(tasks, rig.Queue.Tasks.Count);
    }

    [Fact]
    public async Task S6_a_probe_whose_row_was_never_written_waits_for_it_and_ends()
    {
        await using var rig = new SequencerRig();
        await rig.HandleAsync(Numbers(1));
        var began = rig.Time.GetUtcNow();

        // What a process leaves that dies between the two: the redelivered envelope is sent well, so nobody wants a repair.
        await HandleAsync(rig, "instance.beta", new IngressTask(IngressTask.Probe, "beta", 1));
        await RunTasksAsync(rig, 100);

        Assert.Empty(Due(rig));
        Assert.InRange(rig.Time.GetUtcNow() - began, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task S6_a_chain_that_is_lost_is_begun_again_by_who_skips_the_instance()
    {
        await using var rig = new SequencerRig();
        rig.Sender.Down.Add(Beta);
        await rig.HandleAsync(Numbers(1));
        rig.Queue.Tasks.Clear();
        rig.Time.Advance(TimeSpan.FromMinutes(4));

        await rig.HandleAsync(Numbers(2));

        Assert.Equal(2, Assert.Single(rig.Queue.Tasks).Task.Turn);
    }

    [Fact]
    public async Task S6_while_the_topic_is_down_nothing_overtakes_and_one_task_brings_all_that_was_missed()
    {
        await using var rig = Routed();
        await rig.HandleAsync(Numbers(1));
        rig.Sender.IsTopicDown = true;
        await rig.HandleAsync(Numbers(2));
        rig.Sender.IsTopicDown = false;
        await rig.HandleAsync(Numbers(3));
        await rig.HandleAsync(Numbers(4));
        Assert.Equal([1], rig.Sender.EventOffsets);
        var task = Assert.Single(rig.Queue.Tasks);
        Assert.Equal((Session, IngressTask.Forward, "orders:1"), (task.Session, task.Task.Kind, task.Task.Target));

        await RunTasksAsync(rig, 1);
        await rig.HandleAsync(Numbers(5));

        Assert.Equal([1, 2, 3, 4, 5], rig.Sender.EventOffsets);
        Assert.Equal([1, 2, 3, 4, 5], rig.Sender.OffsetsAt(Alpha));
        Assert.False((await rig.HeadAsync()).ForwardPending);
    }

    [Fact]
    public async Task S6_a_task_that_meets_a_dead_topic_hands_on_and_its_left_over_does_nothing()
    {
        await using var rig = Routed();
        rig.Sender.IsTopicDown = true;
        await rig.HandleAsync(Numbers(1));
        await RunTasksAsync(rig, 1);
        var handedOn = rig.Queue.Tasks[^1].Task;
        rig.Sender.IsTopicDown = false;

        await HandleAsync(rig, Session, handedOn with { Turn = handedOn.Turn - 1 });
        Assert.Empty(rig.Sender.Events);
        await RunTasksAsync(rig, 1);

        Assert.Equal([1], rig.Sender.EventOffsets);
        Assert.Equal(1, (await rig.HeadAsync()).Forwarded);
    }

    [Fact]
    public async Task S6_retention_wins_over_a_dead_topic_and_backends_get_the_gap()
    {
        await using var rig = Routed(("Gateway:Namespaces:orders:RetentionMessages", "4"));
        rig.Sender.IsTopicDown = true;
        for (var number = 1; number <= 20; number++)
        {
            await rig.HandleAsync(Numbers(number));
        }

        rig.Sender.IsTopicDown = false;
        await RunTasksAsync(rig, 3);

        var first = (await rig.HeadAsync()).FirstRetained;
        Assert.Equal("gap", rig.Sender.Events[0].Kind);
        Assert.Contains($"\"gap\":{{\"from\":1,\"to\":{first - 1}}}", System.Text.Encoding.UTF8.GetString(rig.Sender.Events[0].Json.Span), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range((int)first, (int)(21 - first)).Select(offset => (long)offset), rig.Sender.EventOffsets);
    }

    [Fact]
    public async Task S6_another_process_goes_on_where_the_topic_is_without_a_hole()
    {
        await using var rig = Routed();
        await rig.HandleAsync(Numbers(1));
        await rig.HandleAsync(Numbers(2));

        await using var other = new SequencerRig(rig.Memory, Routing);
        await other.HandleAsync(Numbers(3));
        await other.HandleAsync(Numbers(4));

        Assert.Equal([1, 2], rig.Sender.EventOffsets);
        Assert.Equal([2, 3, 4], other.Sender.EventOffsets);
        Assert.Equal(rig.Sender.Events[1].MessageId, other.Sender.Events[0].MessageId);
    }

    private static readonly (string, string) Routing = ("Gateway:Namespaces:orders:RouteToBackends", "true");

    private static SequencerRig Routed(params (string, string)[] settings) => new(null, [Routing, .. settings]);

    private static async Task<InstanceRow> RowAsync(SequencerRig rig, InstanceName name) =>
        (await rig.Instances.ListAsync(CancellationToken.None)).Single(row => row.Name == name);

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<RecordingQueue, HashSet<int>> Ran = [];

    private static List<(string Session, IngressTask Task, TimeSpan Delay)> Due(SequencerRig rig) =>
        [.. rig.Queue.Tasks.Where((_, at) => !Ran.GetOrCreateValue(rig.Queue).Contains(at))];

    /// <summary>Runs tasks in their order, each when it is due.</summary>
    private static async Task RunTasksAsync(SequencerRig rig, int count)
    {
        var ran = Ran.GetOrCreateValue(rig.Queue);
        for (var run = 0; run < count; run++)
        {
            var at = Enumerable.Range(0, rig.Queue.Tasks.Count).FirstOrDefault(index => !ran.Contains(index), -1);
            if (at < 0)
            {
                return;
            }

            ran.Add(at);
            var (session, task, delay) = rig.Queue.Tasks[at];
            rig.Time.Advance(delay);
            Assert.IsType<SequencingResult.Complete>(await HandleAsync(rig, session, task));
        }
    }

    private static Task<SequencingResult> HandleAsync(SequencerRig rig, string session, IngressTask task) =>
        rig.HandleAsync(rig.Wrap(task.EncodeBody(), null, task.Kind, session));
}
