using CsCheck;
using ServerlessGateway.Client;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>
/// The client against a model of the gateway over a network that does everything a network may: what an application
/// relies on holds in every run, and a run repeats from its seed.
/// </summary>
public sealed class ClientCoreModelTests
{
    private static readonly string[] Channels = ["a:1", "a:2", "b"];

    [Fact]
    public void Whatever_the_network_does_nothing_is_lost_doubled_misordered_or_left_without_an_outcome() =>
        Gen.Int[1, int.MaxValue].Sample(Run, iter: 400, threads: 1);

    [Fact]
    public void A_seed_repeats_its_run()
    {
        var (one, other) = (new CoreWorld(7), new CoreWorld(7));
        one.Run(Channels, 200);
        other.Run(Channels, 200);

        Assert.NotEmpty(one.Judge.Messages);
        Assert.Equal(one.Judge.Messages.Select(Describe), other.Judge.Messages.Select(Describe));
        Assert.Equal(one.Core.Statistics, other.Core.Statistics);
    }

    private static string Describe(ChannelMessage message) => $"{message.Channel} {message.Position} {message.Publisher} {message.Number}";

    private static void Run(int seed)
    {
        var world = new CoreWorld(seed);
        world.Run(Channels, 200);

        Assert.Equal(0, world.Judge.Waiting);
        foreach (var log in world.Gateway.Logs.Where(log => log.Head > 0))
        {
            Assert.Equal((log.Epoch, log.Head), (world.Judge.PositionOf(log.Channel).Epoch, world.Judge.PositionOf(log.Channel).Offset));
        }

        AssertMessages(world);
        AssertOutcomes(world);
    }

    private static void AssertMessages(CoreWorld world)
    {
        foreach (var message in world.Judge.Messages)
        {
            var committed = world.Gateway.Log(message.Channel).All[(message.Epoch, message.Offset)];
            Assert.Equal((committed.Publisher, committed.Number), (message.Publisher, message.Number));
        }

        var handed = world.Judge.Messages.Select(message => (message.Channel, message.Epoch, message.Offset)).ToList();
        Assert.Equal(handed.Count, handed.Distinct().Count());
    }

    /// <summary>
    /// What was accepted is in the log once and in the order of the calls; what was refused is not there.
    /// </summary>
    private static void AssertOutcomes(CoreWorld world)
    {
        foreach (var channel in Channels)
        {
            var committed = world.Gateway.Log(channel).Committed
                .Where(publication => publication.Publisher == CoreDriver.Publisher)
                .Select(publication => publication.Number)
                .ToList();
            Assert.Equal(committed.Order(), committed);
            Assert.Equal(committed.Count, committed.Distinct().Count());
            foreach (var result in world.Judge.Results.Where(result => result.Channel == channel))
            {
                var isCommitted = committed.Contains(result.Number);
                Assert.True(result.Outcome switch
                {
                    PublishOutcome.Accepted => isCommitted,
                    PublishOutcome.Refused => !isCommitted,
                    _ => true,
                }, $"{result} although committed is {isCommitted}");
            }
        }
    }
}
