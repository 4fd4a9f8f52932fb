using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Protocol;
using ServerlessGateway.Simulation.Tests.World;

namespace ServerlessGateway.Simulation.Tests.Model;

/// <summary>
/// A client that publishes by the rules P1 to P3: one request in flight, numbers that only rise, and whatever was not
/// accepted goes first in the next request, under its number.
/// </summary>
internal sealed class PublisherModel(SimulatedWorld world, Fleet fleet, int index, IReadOnlyList<ChannelName> channels, int total)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly string _publisher = index.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
    private readonly string _user = $"user{index}";
    private readonly List<Publication> _outbox = [];
    private readonly HashSet<long> _heldBack = [];
    private long _number;

    /// <summary>Everything it was told is durable.</summary>
    public List<Publication> Accepted { get; } = [];

    /// <summary>Everything it ever tried to publish.</summary>
    public List<Publication> Tried { get; } = [];

    /// <summary>True when every publication was accepted.</summary>
    public bool IsDone => _number >= total && _outbox.Count == 0;

    /// <summary>Answers that accept an item behind one that was not accepted, which rule P3 forbids.</summary>
    public List<string> BrokenPrefixes { get; } = [];

    public async Task RunAsync()
    {
        while (!IsDone)
        {
            await Task.Delay(world.Chaos.Between(50, 3_000), world.Clients.Time);
            for (var count = world.Chaos.Random.Next(0, 4); count > 0 && _number < total; count--)
            {
                Add();
            }

            // The planted bug leaves what was just answered "retry" for a later request and sends what is newer.
            var ready = _outbox.Where(item => !world.Mutant.OvertakesRetries || !_heldBack.Contains(item.Number));
            List<Publication> request = [.. ready.Take(8)];
            _heldBack.Clear();
            if (request.Count > 0)
            {
                await PublishAsync(request);
            }
        }
    }

    private void Add()
    {
        var channel = channels[world.Chaos.Random.Next(channels.Count)];
        var publication = new Publication(
            channel, PublisherKey.OfClient(_user, _publisher), _publisher, _user, ++_number, RawJson.FromText($"\"{index}/{_number}\""));
        _outbox.Add(publication);
        Tried.Add(publication);
    }

    private async Task PublishAsync(List<Publication> request)
    {
        var front = fleet.Front(world.Chaos.Random.Next(2));
        IReadOnlyList<PublishItemAnswer> answers;
        try
        {
            answers = await front.Process.AskAsync(() => front.Get<IPublisher>().PublishAsync(request, CancellationToken.None))
                .WaitAsync(Patience, world.Clients.Time);
        }
        catch (TimeoutException)
        {
            // The process died: nothing is known, everything is repeated.
            _heldBack.UnionWith(request.Select(item => item.Number));
            return;
        }

        Settle(request, answers);
    }

    private void Settle(List<Publication> request, IReadOnlyList<PublishItemAnswer> answers)
    {
        HashSet<ChannelName> broken = [];
        for (var at = 0; at < request.Count; at++)
        {
            world.Loop.Trace($"publisher {index} {request[at].Channel} {request[at].Number}: {answers[at].Status}");
            if (answers[at].Status != PublishStatus.Accepted)
            {
                broken.Add(request[at].Channel);
                _heldBack.Add(request[at].Number);
                continue;
            }

            if (broken.Contains(request[at].Channel))
            {
                BrokenPrefixes.Add($"publisher {index}: {request[at].Number} was accepted behind one that was not");
            }

            _outbox.Remove(request[at]);
            Accepted.Add(request[at]);
        }
    }
}
