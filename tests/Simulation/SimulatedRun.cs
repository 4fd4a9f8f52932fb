using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;
using ServerlessGateway.Simulation.Tests.Model;
using ServerlessGateway.Simulation.Tests.Mutants;
using ServerlessGateway.Simulation.Tests.World;

namespace ServerlessGateway.Simulation.Tests;

/// <summary>What a run came to.</summary>
/// <param name="Violations">Promises that were broken; none in a good run.</param>
/// <param name="TraceHash">A digest of everything that happened.</param>
/// <param name="Messages">How many messages were sequenced.</param>
internal sealed record RunResult(IReadOnlyList<string> Violations, ulong TraceHash, int Messages);

/// <summary>One run: a storm, then calm until everything has settled, then judgement by what was promised.</summary>
internal sealed class SimulatedRun : IDisposable
{
    /// <summary>What the three publishers have to say in a run.</summary>
    public const int MessagesPerRun = 60;

    private static readonly TimeSpan Storm = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(6);

    private readonly SimulatedWorld _world;
    /// <summary>Many, so that most have a last message while the storm lasts: nothing later there covers up that it was not sent.</summary>
    private readonly List<ChannelName> _channels =
        [.. Enumerable.Range(1, 10).Select(at => ChannelName.Parse($"orders:{at}"))];


    private readonly List<PublisherModel> _publishers;
    private readonly List<SubscriberModel> _subscribers;

    private SimulatedRun(int seed, Mutant mutant, Action<string> trace)
    {
        _world = new SimulatedWorld(seed, mutant, trace);
        var fleet = new Fleet(_world);
        _subscribers =
        [
            .. _world.Instances.Select(instance =>
                new SubscriberModel(_world, fleet, $"subscriber {instance}", instance, _channels)),
        ];
        _publishers = [.. Enumerable.Range(1, 3).Select(at => new PublisherModel(_world, fleet, at, _channels, MessagesPerRun / 3))];
        _publishers.ForEach(publisher => _world.Clients.Start(publisher.RunAsync));
    }

    public static RunResult Of(int seed, Mutant mutant, Action<string>? trace = null)
    {
        using var run = new SimulatedRun(seed, mutant, trace ?? (_ => { }));
        return run.Execute();
    }

    public void Dispose() => _world.Dispose();

    private RunResult Execute()
    {
        var loop = _world.Loop;
        loop.Run(() => false, loop.Now + Storm);
        _world.Chaos.IsOver = true;
        loop.Trace("calm");
        loop.Run(IsSettled, loop.Now + Calm);
        List<string> violations = [.. Judge()];
        return new RunResult(violations, loop.TraceHash, _channels.Sum(channel => ReadLog(channel).Count));
    }

    private bool IsSettled() => _publishers.All(publisher => publisher.IsDone)
        && _world.Queue.Count() is { Available: 0, Locked: 0 }
        && _channels.All(channel => ReadLog(channel).Count is var head
            && _subscribers.All(subscriber => subscriber.Handed(channel).Count == head));

    private IEnumerable<string> Judge()
    {
        if (_world.Loop.HasLeftItsThread)
        {
            yield return "something ran outside of the one thread";
        }

        IEnumerable<string> noted =
        [
            .. _world.Loop.Failures,
            .. _publishers.SelectMany(publisher => publisher.BrokenPrefixes),
            .. _subscribers.SelectMany(subscriber => subscriber.Surprises),
        ];
        foreach (var broken in noted)
        {
            yield return broken;
        }

        foreach (var publisher in _publishers.Where(publisher => !publisher.IsDone))
        {
            yield return "a publisher was still waiting long after the storm";
        }

        foreach (var violation in _channels.SelectMany(JudgeChannel))
        {
            yield return violation;
        }
    }

    private IEnumerable<string> JudgeChannel(ChannelName channel)
    {
        var log = ReadLog(channel);
        for (var at = 0; at < log.Count; at++)
        {
            if (log[at].Offset != at + 1)
            {
                yield return $"{channel}: offset {log[at].Offset} stands where {at + 1} should";
            }
        }

        var tried = _publishers.SelectMany(publisher => publisher.Tried).Where(item => item.Channel == channel)
            .ToDictionary(item => (item.Key, item.Number), item => item.Data);
        var times = log.GroupBy(entry => (entry.Entry.Key, entry.Entry.Number)).ToDictionary(group => group.Key, group => group.Count());
        foreach (var accepted in _publishers.SelectMany(publisher => publisher.Accepted).Where(item => item.Channel == channel))
        {
            if (times.GetValueOrDefault((accepted.Key, accepted.Number)) is not 1 and var count)
            {
                yield return $"{channel}: {accepted.User}/{accepted.Number} was accepted and stands {count} times in the log";
            }
        }

        Dictionary<PublisherKey, long> highest = [];
        foreach (var (offset, entry) in log)
        {
            if (!tried.TryGetValue((entry.Key, entry.Number), out var data) || data != entry.Data)
            {
                yield return $"{channel}: {offset} holds something that nobody published";
            }

            if (entry.Number <= highest.GetValueOrDefault(entry.Key))
            {
                yield return $"{channel}: {entry.User}/{entry.Number} at {offset} stands behind {highest[entry.Key]}";
            }

            highest[entry.Key] = entry.Number;
        }

        foreach (var violation in _subscribers.SelectMany(subscriber => JudgeSubscriber(subscriber, channel, log)))
        {
            yield return violation;
        }
    }

    private static IEnumerable<string> JudgeSubscriber(
        SubscriberModel subscriber, ChannelName channel, List<(long Offset, SegmentEntry Entry)> log)
    {
        var handed = subscriber.Handed(channel);
        if (handed.Count < log.Count)
        {
            yield return $"{subscriber.Name} is silent in {channel} at {handed.Count} of {log.Count}";
        }

        for (var at = 0; at < handed.Count; at++)
        {
            if (at >= log.Count || handed[at].Offset != log[at].Offset || handed[at].Data != log[at].Entry.Data)
            {
                yield return $"{subscriber.Name} was handed something else at {handed[at].Offset} of {channel} than the log holds";
            }
        }
    }

    private List<(long Offset, SegmentEntry Entry)> ReadLog(ChannelName channel)
    {
        // Memory answers at once.
        var head = _world.Log.ReadHeadAsync(channel, CancellationToken.None).GetAwaiter().GetResult().Head;
        return head is null
            ? []
            : [.. _world.Log.SegmentsOf(channel, head.Epoch).SelectMany(segment =>
                segment.Entries.Select((entry, at) => (segment.FirstOffset + at, entry)))];
    }
}
