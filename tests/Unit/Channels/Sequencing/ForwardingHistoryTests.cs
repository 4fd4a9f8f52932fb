using CsCheck;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>
/// Generated histories of a channel that is routed to backends: two processes take turns with its session, the topic
/// refuses, or takes and does not say so, the store's answers get lost, retention is short. Whatever happens, a backend
/// meets every offset, or the gap that names it, and nothing before what precedes it.
/// </summary>
public sealed class ForwardingHistoryTests
{
    private static readonly (string, string)[] Settings =
        [("Gateway:Namespaces:orders:RouteToBackends", "true"), ("Gateway:Namespaces:orders:RetentionMessages", "6")];

    private enum Kind
    {
        Publish,
        RunTask,
        RepeatLast,
    }

    /// <param name="Kind">What the session's next message is.</param>
    /// <param name="Process">Who gets it.</param>
    /// <param name="Count">Publications in it.</param>
    /// <param name="Topic">What becomes of each event meanwhile: bits of refused, and of taken without an answer.</param>
    /// <param name="LostAnswers">Commits that are written and not answered.</param>
    private sealed record Step(Kind Kind, int Process, int Count, int Topic, int LostAnswers);

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency((5, Gen.Const(Kind.Publish)), (3, Gen.Const(Kind.RunTask)), (1, Gen.Const(Kind.RepeatLast))),
        Gen.Int[0, 1], Gen.Int[1, 5], Gen.Int[0, 63], Gen.Int[0, 5],
        (kind, process, count, topic, lost) => new Step(kind, process, count, topic, lost == 5 ? 1 : 0));

    [Fact]
    public void S6_backends_meet_every_offset_or_its_gap_in_order_whatever_the_topic_does() =>
        Steps.List[1, 25].Sample(steps => RunAsync(steps).GetAwaiter().GetResult(), iter: 300);

    private static async Task RunAsync(List<Step> steps)
    {
        await using var first = new SequencerRig(null, Settings);
        await using var second = new SequencerRig(first.Memory, Settings);
        SequencerRig[] processes = [first, second];
        var (topic, seen, published, topicBits) = (new List<ChannelEvent>(), new HashSet<string>(), 0L, 0);
        var ran = new Dictionary<SequencerRig, int> { [first] = 0, [second] = 0 };
        var tasks = new Queue<IngressTask>();
        IngressMessage? last = null;
        foreach (var process in processes)
        {
            process.Sender.OnEvent = channelEvent =>
            {
                var fate = topicBits & 3;
                topicBits >>= 2;
                if (fate != 1 && seen.Add(channelEvent.MessageId))
                {
                    topic.Add(channelEvent);
                }

                return fate is 1 or 2 ? DeliveryOutcome.Failed : DeliveryOutcome.Delivered;
            };
        }

        async Task HandleAsync(SequencerRig process, IngressMessage message)
        {
            var result = await process.DriveAsync(process.HandleAsync(message), TimeSpan.FromMilliseconds(200));
            Assert.IsType<SequencingResult.Complete>(result);
            foreach (var (_, task, _) in process.Queue.Tasks.Skip(ran[process]).Where(queued => queued.Task.Kind == IngressTask.Forward))
            {
                tasks.Enqueue(task);
            }

            ran[process] = process.Queue.Tasks.Count;
        }

        async Task StepAsync(Step step)
        {
            var process = processes[step.Process];
            (topicBits, process.Log.LostAnswers) = (step.Topic, step.LostAnswers);
            switch (step.Kind)
            {
                case Kind.Publish:
                    last = process.MessageOf(Numbers([.. Enumerable.Range(1, step.Count).Select(number => published + number)]));
                    published += step.Count;
                    await HandleAsync(process, last);
                    break;
                case Kind.RunTask when tasks.TryDequeue(out var task):
                    await HandleAsync(process, process.Wrap(task.EncodeBody(), null, task.Kind));
                    break;
                case Kind.RepeatLast when last is not null:
                    await HandleAsync(process, last);
                    break;
            }

            (topicBits, process.Log.LostAnswers) = (0, 0);
        }

        foreach (var step in steps)
        {
            await StepAsync(step);
        }

        await StepAsync(new Step(Kind.Publish, 0, 1, 0, 0));
        for (var left = 20; tasks.Count > 0 && left > 0; left--)
        {
            await StepAsync(new Step(Kind.RunTask, left % 2, 0, 0, 0));
        }

        Assert.Equal(published, Judge(topic));
    }

    /// <summary>How far a backend was told of everything.</summary>
    private static long Judge(IEnumerable<ChannelEvent> events)
    {
        var told = 0L;
        foreach (var channelEvent in events)
        {
            var (from, to) = RequestCodec.DecodeNotice(channelEvent.Json.Span) switch
            {
                MessagesFrame frame => (frame.Messages[0].Offset, frame.Messages[^1].Offset),
                GapEvent gap => (gap.Gap.From, gap.Gap.To),
                var other => throw new InvalidOperationException($"{other} is no event."),
            };
            Assert.True(from <= told + 1, $"{from} to {to} comes although only {told} was told.");
            told = Math.Max(told, to);
        }

        return told;
    }
}
