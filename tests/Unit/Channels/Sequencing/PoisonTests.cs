using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>What can never be delivered (rules S7a, S7b): it becomes a tombstone and takes no neighbour along.</summary>
public sealed class PoisonTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

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
}
