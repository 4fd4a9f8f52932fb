using ServerlessGateway.Client;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>Checks what an application may rely on; knows nothing of how the client does it.</summary>
internal sealed class ClientJudge
{
    private const int MaxTicksAtOnce = 100;

    private readonly Dictionary<string, Position> _read = [];
    private readonly Dictionary<long, string> _waiting = [];
    private (TimeSpan At, int Count) _ticks;

    public List<ChannelMessage> Messages { get; } = [];

    public List<PublishResult> Results { get; } = [];

    public int Waiting => _waiting.Count;

    public Position PositionOf(string channel) => _read.GetValueOrDefault(channel, Position.Beginning);

    public void Published(long ticket, string channel) => _waiting.Add(ticket, channel);

    public void Settled(long ticket, PublishResult result)
    {
        Assert.True(_waiting.Remove(ticket, out var channel), "a second outcome");
        Assert.Equal(channel, result.Channel);
        Results.Add(result);
    }

    /// <summary>A core that is due again without anything having happened would spin.</summary>
    public void Ticked(TimeSpan now)
    {
        _ticks = _ticks.At == now ? (now, _ticks.Count + 1) : (now, 1);
        Assert.True(_ticks.Count < MaxTicksAtOnce, $"the core spins at {now}");
    }

    /// <summary>Offsets of an epoch come one after the other; what is left out is said.</summary>
    public void HandedOn(ChannelItem item)
    {
        var before = _read.TryGetValue(item.Channel, out var read) ? read : Position.Beginning;
        switch (item)
        {
            case ChannelReset reset:
                // Of an epoch of which nothing was read an application knows no name; that it may have missed some is
                // still said.
                Assert.Equal(before.Offset, reset.Previous.Offset);
                Assert.True(before.Epoch.Length == 0 || before.Epoch == reset.Previous.Epoch);
                break;
            case ChannelGap gap:
                AssertFollows(before, gap.Position.Epoch, gap.Range.From);
                Assert.Equal(gap.Range.To, gap.Position.Offset);
                break;
            case ChannelMessage message:
                AssertFollows(before, message.Epoch, message.Offset);
                Messages.Add(message);
                break;
        }

        _read[item.Channel] = item.Position;
    }

    private static void AssertFollows(Position before, string epoch, long offset)
    {
        Assert.True(before.Epoch.Length == 0 || before.Epoch == epoch, $"{epoch} follows {before.Epoch} without a reset");
        Assert.Equal(before.Offset + 1, offset);
    }
}
