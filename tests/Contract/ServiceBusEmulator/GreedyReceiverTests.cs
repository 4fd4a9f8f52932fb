using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>A receiver may grant any credit; the broker hands its link no more than a little ahead of the wire.</summary>
public sealed class GreedyReceiverTests
{
    private const int Ahead = 10;

    private static readonly AmqpLimits Limits = new() { MaxDeliveriesAhead = Ahead };

    private static readonly string[] Ids = [.. Enumerable.Range(0, 100).Select(number => $"m{number}")];

    [Fact]
    [Feature("Bounds", "Deliveries ahead of what a receiver reads, whatever credit it grants")]
    public async Task A_receiver_that_takes_nothing_locks_few_messages_and_others_get_the_rest()
    {
        await using var emulator = await EmulatorFixture.StartAsync(Limits);
        await ReceiverLinkTests.SendAsync(emulator, Ids);
        await using var greedy = await OpenClosedWindowAsync(emulator);
        await GrantEverythingAsync(greedy);

        Assert.Equal(Ahead, emulator.QueueNamed(EmulatorFixture.Queue).Count().Locked);
        await using var honest = await SessionReceiverTests.OpenAsync(emulator);
        await honest.AttachReceiverAsync(EmulatorFixture.Queue, credit: 100);
        Assert.Equal(Ids[Ahead..], await ReceiverLinkTests.ReadMessagesAsync(honest, 100 - Ahead));
    }

    [Fact]
    public async Task What_a_vanished_receiver_never_saw_is_given_to_others_at_once()
    {
        await using var emulator = await EmulatorFixture.StartAsync(Limits);
        await ReceiverLinkTests.SendAsync(emulator, Ids[..Ahead]);
        await using var honest = await SessionReceiverTests.OpenAsync(emulator);
        await using (var greedy = await OpenClosedWindowAsync(emulator))
        {
            await GrantEverythingAsync(greedy);
        }

        await honest.AttachReceiverAsync(EmulatorFixture.Queue, credit: 100);

        // Their locks would last a minute longer than the test waits.
        var ids = await ReceiverLinkTests.ReadMessagesAsync(honest, Ahead);
        Assert.Equal(Ids[..Ahead].Order(), ids.Order());
    }

    [Fact]
    public async Task A_receiver_that_deletes_takes_few_out_of_the_queue_and_they_count_as_its_own()
    {
        await using var emulator = await EmulatorFixture.StartAsync(Limits);
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.Queue, Ids, bodyBytes: 1_000);
        await using var greedy = await OpenClosedWindowAsync(emulator);
        var before = emulator.Host.HeldBytes;
        await GrantEverythingAsync(greedy, settled: true);

        Assert.Equal(100 - Ahead, emulator.QueueNamed(EmulatorFixture.Queue).Count().Available);
        Assert.InRange(emulator.Host.HeldBytes, before + (Ahead * 1_000), before + (Ahead * 1_000) + 20_000);
    }

    [Fact]
    public async Task Messages_that_a_closed_window_leaves_half_sent_count_until_they_are_through()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.Queue, ["large"], bodyBytes: 200_000);
        await using var peer = await OpenClosedWindowAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);
        var before = emulator.Host.HeldBytes;

        await peer.SendAsync(0, Window(frames: 1, seen: 1, handle: 0));
        Assert.True((await peer.ExpectAsync<Transfer>()).More);
        Assert.InRange(emulator.Host.HeldBytes, before + 200_000, before + 200_500);

        await peer.SendAsync(0, Window(frames: 100, seen: 2, handle: null));
        while ((await peer.ExpectAsync<Transfer>()).More)
        {
            // The rest, frame by frame.
        }

        await peer.EchoAsync();
        Assert.Equal(before, emulator.Host.HeldBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receiver_that_reads_gets_all_it_granted_credit_for(bool deletes)
    {
        await using var emulator = await EmulatorFixture.StartAsync(Limits);
        await ReceiverLinkTests.SendAsync(emulator, Ids);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);

        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 95, settled: deletes);

        Assert.Equal(Ids[..95], await ReceiverLinkTests.ReadMessagesAsync(peer, 95));
        await peer.FlowAsync(credit: 0, deliveryCount: 95, echo: true);
        Assert.Equal(95u, (await peer.ExpectAsync<Flow>()).DeliveryCount);
    }

    [Theory]
    [InlineData(100u)]
    [InlineData(200u)]
    public async Task A_drain_goes_on_until_the_queue_is_empty(uint credit)
    {
        await using var emulator = await EmulatorFixture.StartAsync(Limits);
        await ReceiverLinkTests.SendAsync(emulator, Ids);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);

        await peer.FlowAsync(credit, deliveryCount: 0, drain: true);

        Assert.Equal(Ids, await ReceiverLinkTests.ReadMessagesAsync(peer, 100));
        var drained = await peer.ExpectAsync<Flow>();
        Assert.True(drained.Drain);
        Assert.Equal(0u, drained.LinkCredit);
        Assert.Equal(credit, drained.DeliveryCount);
    }

    private static Flow Window(uint frames, uint seen, uint? handle)
    {
        var flow = new Flow { NextIncomingId = seen, IncomingWindow = frames, NextOutgoingId = 0, OutgoingWindow = 10 };
        if (handle is { } link)
        {
            (flow.Handle, flow.DeliveryCount, flow.LinkCredit) = (link, 0, 1);
        }

        return flow;
    }

    /// <summary>Attaches and grants all there is; returns when the server has read it.</summary>
    private static async Task GrantEverythingAsync(RawPeer peer, bool settled = false)
    {
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0, settled: settled);
        await peer.SendAsync(0, new Flow
        {
            NextIncomingId = 1,
            IncomingWindow = 0,
            NextOutgoingId = 0,
            OutgoingWindow = 10,
            Handle = 0,
            DeliveryCount = 0,
            LinkCredit = int.MaxValue,
            Echo = true,
        });
        await peer.ExpectAsync<Flow>();
    }

    /// <summary>Its session takes no transfer at all.</summary>
    private static async Task<RawPeer> OpenClosedWindowAsync(EmulatorFixture emulator)
    {
        var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync(incomingWindow: 0);
        return peer;
    }
}
