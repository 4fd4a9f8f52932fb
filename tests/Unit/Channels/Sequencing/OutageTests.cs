using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;
using static ServerlessGateway.Unit.Tests.Channels.Sequencing.SequencerRig;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>What can not be done now (rule S7c): retried in place, then left to the next owner of the session.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

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
}
