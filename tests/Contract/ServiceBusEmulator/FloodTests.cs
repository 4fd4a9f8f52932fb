using Amqp.Framing;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Peers that do much of what is allowed, or little of it for ever: nothing piles up, and others are served.</summary>
public sealed class FloodTests
{
    [Fact]
    public async Task A_frame_that_trickles_in_does_not_keep_its_connection_alive()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(
            new AmqpLimits { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        var frame = RawFrames.Frame(0, 0, new byte[200]);

        for (var second = 0; second < 22; second++)
        {
            await peer.TrySendBytesAsync(frame.AsMemory(second, 1));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await peer.ReadToEndAsync();
        await MemoryBoundTests.ConnectionsAsync(emulator, 0);
    }

    [Fact]
    public async Task Dispositions_over_all_there_is_settle_what_exists_and_no_more()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "1", "2", "3");
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 3);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 3);
        var everything = RawFrames.Amqp(0, new Dispose { Role = true, First = 0, Last = uint.MaxValue, Settled = true, State = new Accepted() });

        await peer.SendBytesAsync(Enumerable.Repeat(everything, 5_000).SelectMany(bytes => bytes).ToArray());
        await peer.EchoAsync();

        Assert.Equal(0, emulator.QueueNamed(EmulatorFixture.Queue).Count().Locked);
        Assert.Equal(3, emulator.QueueNamed(EmulatorFixture.Queue).Counters.Completed);
    }

    [Fact]
    public async Task Sessions_links_and_waits_that_come_and_go_leave_nothing_behind()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        var before = emulator.Host.HeldBytes;
        for (var round = 0; round < 300; round++)
        {
            await peer.SendAsync(1, new Begin { NextOutgoingId = 0, IncomingWindow = 10, OutgoingWindow = 10 });
            await peer.ExpectAsync<Begin>();

            // Waits for a session that never comes, and is given up by its session's end.
            await peer.SendAsync(1, SessionReceiverTests.Attach(null));
            await peer.SendAsync(1, new End());
            await peer.ExpectAsync<End>();
        }

        Assert.Equal(before, emulator.Host.HeldBytes);
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.SessionQueue, ["m"], "s");
        await peer.SendAsync(0, SessionReceiverTests.Attach(null));
        Assert.NotNull((await peer.ExpectAsync<Attach>()).Source);
    }

    [Fact]
    [Feature("Bounds", "Connections that come, vanish or break leave nothing behind")]
    public async Task Connections_that_come_and_vanish_leave_nothing_behind()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.SessionQueue, ["m"], "s");
        for (var round = 0; round < 200; round++)
        {
            await using var peer = await SessionReceiverTests.OpenAsync(emulator);
            await peer.AttachSenderAsync(EmulatorFixture.Queue, handle: 1);
            await peer.SendAsync(0, SessionReceiverTests.Attach("s"));
            await peer.ExpectAsync<Attach>();
            if (round % 3 == 0)
            {
                await peer.SendAsync(0, new Close());
                await peer.ReadToEndAsync();
            }
            else if (round % 3 == 1)
            {
                await peer.SendBytesAsync(RawFrames.Frame(0, 0, [1, 2, 3], claimedSize: 5_000));
            }

            await peer.DisposeAsync();
            await MemoryBoundTests.ConnectionsAsync(emulator, 0);
        }

        Assert.Equal(0, emulator.Host.HeldBytes);
        Assert.Equal(1, emulator.QueueNamed(EmulatorFixture.SessionQueue).Count().Available);
    }

    [Fact]
    public async Task Who_asks_without_end_and_reads_nothing_is_cut()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var deaf = await RawPeer.ConnectAsync(emulator.Host.AmqpEndPoint, receiveBufferBytes: 4_096);
        await deaf.OpenAsync();
        await using var honest = await SessionReceiverTests.OpenAsync(emulator);
        var echo = RawFrames.Amqp(0, new Flow
        {
            NextIncomingId = 1,
            IncomingWindow = 10,
            NextOutgoingId = 0,
            OutgoingWindow = 10,
            Echo = true,
        });
        var flood = Task.Run(() => FloodAsync(deaf, Enumerable.Repeat(echo, 2_000).SelectMany(bytes => bytes).ToArray()));

        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        while (emulator.Host.ConnectionCount > 1 && !guard.IsCancellationRequested)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await honest.EchoAsync();
        }

        Assert.Equal(1, emulator.Host.ConnectionCount);
        await flood.WaitAsync(EmulatorFixture.Patience);
    }

    /// <summary>Writes until the connection ends; its end is what makes a write fail.</summary>
    private static async Task FloodAsync(RawPeer peer, byte[] bytes)
    {
        while (await peer.TrySendBytesAsync(bytes))
        {
            // More of the same.
        }
    }
}
