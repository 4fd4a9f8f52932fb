using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Peers that take more than they may.</summary>
public sealed class PeerLimitTests
{
    [Fact]
    public async Task Handles_above_the_limit_end_the_connection()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { MaxLinksPerSession = 4 });
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        for (var handle = 0u; handle < 4; handle++)
        {
            await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0, handle);
        }

        await peer.SendAsync(0, new Attach
        {
            LinkName = "5",
            Handle = 4,
            Role = true,
            Source = new Source { Address = EmulatorFixture.Queue },
        });

        Assert.Equal(ErrorCode.NotAllowed, (string)(await peer.ReadToEndAsync())!.Condition);
    }

    [Fact]
    public async Task A_handle_that_is_in_use_cannot_be_attached_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);

        await peer.SendAsync(0, new Attach
        {
            LinkName = "again",
            Handle = 0,
            Role = true,
            Source = new Source { Address = EmulatorFixture.Queue },
        });

        Assert.Equal(ErrorCode.HandleInUse, (string)(await peer.ReadToEndAsync())!.Condition);
    }

    [Fact]
    public async Task Transfers_beyond_the_sessions_window_end_the_connection()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { IncomingWindowFrames = 0 });
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachSenderAsync(EmulatorFixture.Queue);

        await peer.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("m"));

        Assert.Equal(ErrorCode.WindowViolation, (string)(await peer.ReadToEndAsync())!.Condition);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_cut_at_once()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { MaxConnections = 2 });
        await using var first = await SessionReceiverTests.OpenAsync(emulator);
        await using var second = await SessionReceiverTests.OpenAsync(emulator);

        Assert.True(await IsCutAsync(emulator));

        await first.SendAsync(0, new Close());
        await first.ExpectAsync<Close>();
        await first.ReadToEndAsync();
        Assert.Equal(1, await HostilePeerTests.ConnectionsAfterAsync(emulator, 1));
        await using var fourth = await SessionReceiverTests.OpenAsync(emulator);
    }

    [Fact]
    public async Task Answers_that_nobody_takes_end_the_link_not_the_memory()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { MaxAnswersPerLink = 5 });
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync("orders/$management", credit: 0, handle: 1);
        await peer.AttachSenderAsync("orders/$management");

        for (var i = 0u; i < 6; i++)
        {
            await peer.TransferAsync(SenderLinkTests.Transfer(i, settled: true), SenderLinkTests.Encoded("request"));
        }

        var detach = await peer.ExpectAsync<Detach>();
        Assert.Equal(1u, detach.Handle);
        Assert.Equal(ErrorCode.ResourceLimitExceeded, (string)detach.Error.Condition);
    }

    /// <summary>The reset may come so soon that connecting fails with it already.</summary>
    private static async Task<bool> IsCutAsync(EmulatorFixture emulator)
    {
        try
        {
            await using var peer = await emulator.ConnectRawAsync();
            return await peer.ReadAsync() is null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }
}
