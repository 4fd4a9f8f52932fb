using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>A peer that lies, floods, stalls or disappears loses its own connection, and nobody else notices.</summary>
public sealed class HostilePeerTests
{
    public static TheoryData<string, byte[]> Lies { get; } = new()
    {
        { "a frame of a gigabyte", RawFrames.Frame(0, 0, [], claimedSize: 1 << 30) },
        { "a frame shorter than its header", RawFrames.Frame(0, 0, [], claimedSize: 7) },
        { "data before the header's end", RawFrames.Frame(0, 0, [1, 2, 3, 4], dataAt: 1) },
        { "data behind the frame's end", RawFrames.Frame(0, 0, [1, 2, 3, 4], dataAt: 200) },
        { "a frame type nobody knows", RawFrames.Frame(9, 0, [0x40]) },
        { "a SASL frame after the handshake", RawFrames.Frame(1, 0, [0x00, 0x53, 0x41, 0x45]) },
        { "a list of two billion items",
            RawFrames.Frame(0, 0, [0x00, 0x53, 0x12, 0xd0, 0, 0, 0, 8, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]) },
        { "an array of two billion times true",
            RawFrames.Frame(0, 0, [0x00, 0x53, 0x11, 0xc0, 12, 1, 0xf0, 0, 0, 0, 5, 0x7f, 0xff, 0xff, 0xff, 0x41]) },
        { "a string longer than the frame",
            RawFrames.Frame(0, 0, [0x00, 0x53, 0x10, 0xc0, 8, 1, 0xb1, 0x7f, 0xff, 0xff, 0xff, 0x61]) },
        { "lists nested ten thousand deep", RawFrames.Frame(0, 0, Nested(10_000)) },
        { "descriptors nested ten thousand deep", RawFrames.Frame(0, 0, new byte[10_000]) },
        { "no performative", RawFrames.Frame(0, 0, [0x54, 7]) },
        { "a performative nobody knows", RawFrames.Frame(0, 0, [0x00, 0x53, 0x77, 0x45]) },
        { "an end of a session that has not begun", RawFrames.Amqp(9, new End()) },
        { "a transfer on a handle that is not attached",
            RawFrames.Amqp(0, new Transfer { Handle = 77, DeliveryId = 0 }) },
        { "a session that begins twice",
            RawFrames.Amqp(0, new Begin { NextOutgoingId = 0, IncomingWindow = 1, OutgoingWindow = 1 }) },
        { "a session number above the limit",
            RawFrames.Amqp(60_000, new Begin { NextOutgoingId = 0, IncomingWindow = 1, OutgoingWindow = 1 }) },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    [Feature("Bounds", "Malformed frames end their connection only")]
    public async Task A_malformed_frame_ends_its_own_connection_with_a_reason(string what, byte[] frame)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var honest = await emulator.ConnectRawAsync();
        await honest.OpenAsync();
        await honest.AttachSenderAsync(EmulatorFixture.Queue);
        await using var liar = await emulator.ConnectRawAsync();
        await liar.OpenAsync();

        await liar.SendBytesAsync(frame);

        var error = await liar.ReadToEndAsync();
        Assert.True(error is not null, $"After {what} the close should say why.");
        Assert.StartsWith("amqp:", error.Condition.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(error.Description);
        await honest.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("still here"));
        Assert.IsType<Accepted>((await honest.ExpectAsync<Dispose>()).State);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("AMQP\u0002\u0001\0\0")]
    [InlineData("AMQP\0\0\u0009\u0001")]
    public async Task Who_speaks_another_protocol_is_told_ours_and_cut(string greeting)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();

        await peer.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(greeting));

        Assert.Equal("AMQP\u0003\u0001\0\0", await peer.ReadTextToEndAsync());
    }

    [Fact]
    public async Task A_peer_that_stalls_in_the_handshake_is_cut()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await emulator.ConnectRawAsync();
        await peer.SendBytesAsync("AMQP\u0003\u0001\0\0"u8.ToArray());
        Assert.StartsWith("AMQP\u0003", await peer.ReadTextAsync(8), StringComparison.Ordinal);

        time.Advance(new AmqpLimits().HandshakeTimeout);

        await peer.ReadToEndAsync();
        Assert.Equal(0, await ConnectionsAfterAsync(emulator, 0));
    }

    [Fact]
    public async Task A_peer_that_shakes_hands_and_never_opens_is_cut()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await emulator.ConnectRawAsync();
        await peer.HandshakeAsync();

        time.Advance(new AmqpLimits().HandshakeTimeout + TimeSpan.FromSeconds(1));

        await peer.ReadToEndAsync();
        Assert.Equal(0, await ConnectionsAfterAsync(emulator, 0));
    }

    [Fact]
    [Feature("Bounds", "Idle time-out and heartbeats")]
    public async Task A_silent_peer_is_cut_and_its_session_lock_given_back()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(
            new AmqpLimits { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        await using var silent = await SessionReceiverTests.OpenAsync(emulator);
        await silent.SendAsync(0, SessionReceiverTests.Attach("s"));
        await silent.ExpectAsync<Attach>();

        time.Advance(TimeSpan.FromSeconds(21));

        await silent.ReadToEndAsync();
        await using var next = await SessionReceiverTests.OpenAsync(emulator);
        await next.SendAsync(0, SessionReceiverTests.Attach("s"));
        Assert.NotNull((await next.ExpectAsync<Attach>()).Source);
    }

    [Fact]
    public async Task A_peer_with_an_idle_timeout_gets_empty_frames()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await emulator.ConnectRawAsync();
        await peer.HandshakeAsync();
        await peer.SendAsync(0, new Open { ContainerId = "idle", HostName = "localhost", IdleTimeOut = 4_000 });
        await peer.ExpectAsync<Open>();

        time.Advance(TimeSpan.FromSeconds(3));

        // Half of the peer's idle time-out has passed without a frame.
        await peer.ExpectEmptyAsync();
    }

    [Fact]
    [Feature("Bounds", "Peers that do not read are cut")]
    public async Task A_peer_that_does_not_read_is_cut_and_others_go_on()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var slow = await RawPeer.ConnectAsync(emulator.Host.AmqpEndPoint, receiveBufferBytes: 4_096);
        await slow.OpenAsync();
        await slow.AttachReceiverAsync(EmulatorFixture.Queue, credit: 5_000);
        var ids = Enumerable.Range(0, 200).Select(i => $"m{i}").ToArray();
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.Queue, ids, bodyBytes: 100_000);

        await using var other = await emulator.ConnectRawAsync();
        await other.OpenAsync();
        await other.AttachSenderAsync(EmulatorFixture.Queue);
        await other.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("not held up"));
        Assert.IsType<Accepted>((await other.ExpectAsync<Dispose>()).State);

        // Twenty megabytes cannot be under way to it, so its flush waits; each tick of the clock looks for that. How
        // soon the flush begins to wait is the machine's affair, so the clock moves until the peer is gone, and the
        // other one lives.
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        while (emulator.Host.ConnectionCount > 1 && !guard.IsCancellationRequested)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await other.FlowAsync(credit: 0, deliveryCount: 0, echo: true);
            await other.ExpectAsync<Flow>();
        }

        Assert.Equal(1, emulator.Host.ConnectionCount);
    }

    [Fact]
    public async Task A_stopping_emulator_says_so_to_its_clients()
    {
        var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);

        var stopped = emulator.DisposeAsync();

        Assert.Equal(ErrorCode.ConnectionForced, (string)(await peer.ReadToEndAsync())!.Condition);
        await stopped;
    }

    /// <summary>
    /// The server notices the end of a socket a moment after the peer does; the count is asked until it holds.
    /// </summary>
    internal static async Task<int> ConnectionsAfterAsync(EmulatorFixture emulator, int expected)
    {
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        while (emulator.Host.ConnectionCount != expected && !guard.IsCancellationRequested)
        {
            await Task.Yield();
        }

        return emulator.Host.ConnectionCount;
    }

    private static byte[] Nested(int depth)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < depth; i++)
        {
            var size = ((depth - i - 1) * 9) + 4 + 1;
            bytes.AddRange([0xd0, (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size, 0, 0, 0, 1]);
        }

        bytes.Add(0x45);
        return [.. bytes.Take(60_000)];
    }
}
