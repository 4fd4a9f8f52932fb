using System.Globalization;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>
/// Memory is bounded by configuration: whatever a peer begins and does not end, asks for and does not take, counts
/// against it, and beyond the limit it loses its own connection.
/// </summary>
public sealed class MemoryBoundTests
{
    private const int PartBytes = 40_000;

    [Fact]
    [Feature("Bounds", "Memory of one connection, besides messages that are stored")]
    public async Task A_peer_that_leaves_many_messages_half_sent_ends_alone_and_gives_all_back()
    {
        await using var emulator = await EmulatorFixture.StartAsync(
            new AmqpLimits { MaxHeldBytesPerConnection = 500_000 });
        await using var honest = await OpenSenderAsync(emulator);
        var before = emulator.Host.HeldBytes;
        await using var hoarder = await SessionReceiverTests.OpenAsync(emulator);

        Described? answer = null;
        for (var handle = 0u; handle < 20 && answer is not Close; handle++)
        {
            Assert.InRange(emulator.Host.HeldBytes, before, before + 500_000);
            answer = await SendPartAsync(hoarder, handle);
        }

        Assert.Equal(ErrorCode.ResourceLimitExceeded, (string)Assert.IsType<Close>(answer).Error.Condition);
        await hoarder.ReadToEndAsync();
        await ConnectionsAsync(emulator, 1);
        Assert.Equal(before, emulator.Host.HeldBytes);
        await AssertServedAsync(honest);
    }

    [Fact]
    public async Task A_message_that_is_finished_or_given_up_no_longer_counts()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await OpenSenderAsync(emulator);
        var before = emulator.Host.HeldBytes;
        var payload = SenderLinkTests.Encoded(new string('x', PartBytes), "m");

        await peer.SendBytesAsync(RawFrames.Transfer(Part(0, 0), payload.AsSpan(0, 20_000)));
        await peer.EchoAsync();
        Assert.Equal(before + 40_000, emulator.Host.HeldBytes);
        await peer.SendBytesAsync(RawFrames.Transfer(new Transfer { Handle = 0, More = false }, payload.AsSpan(20_000)));
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal(before, emulator.Host.HeldBytes);

        await peer.SendBytesAsync(RawFrames.Transfer(Part(0, 1), payload.AsSpan(0, 20_000)));
        await peer.SendBytesAsync(RawFrames.Transfer(new Transfer { Handle = 0, Aborted = true }, []));
        await peer.EchoAsync();
        Assert.Equal(before, emulator.Host.HeldBytes);
    }

    [Fact]
    [Feature("Bounds", "Memory of all connections together; the one that holds the most is cut")]
    public async Task When_all_hold_too_much_who_holds_the_most_is_cut_and_the_others_stay()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { MaxHeldBytes = 700_000 });
        await using var honest = await OpenSenderAsync(emulator);
        await using var greedy = await SessionReceiverTests.OpenAsync(emulator);
        await using var modest = await SessionReceiverTests.OpenAsync(emulator);
        for (var handle = 0u; handle < 6; handle++)
        {
            Assert.IsType<Flow>(await SendPartAsync(greedy, handle));
        }

        for (var handle = 0u; handle < 3; handle++)
        {
            Assert.IsType<Flow>(await SendPartAsync(modest, handle));
        }

        await greedy.ReadToEndAsync();
        await ConnectionsAsync(emulator, 2);
        Assert.InRange(emulator.Host.HeldBytes, 1, 700_000);
        await modest.EchoAsync();
        await AssertServedAsync(honest);
    }

    [Fact]
    public async Task Links_without_end_end_their_connection()
    {
        await using var emulator = await EmulatorFixture.StartAsync(
            new AmqpLimits { MaxHeldBytesPerConnection = 100_000 });
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        var attached = 0u;
        while (attached < 250)
        {
            await peer.SendAsync(0, new Attach
            {
                LinkName = attached.ToString(CultureInfo.InvariantCulture).PadLeft(1_000, 'n'),
                Handle = attached++,
                Role = true,
                Source = new Source { Address = EmulatorFixture.Queue },
            });
            if (await peer.ReadAsync() is not Attach)
            {
                break;
            }
        }

        Assert.InRange(attached, 2u, 20u);
        await ConnectionsAsync(emulator, 0);
        Assert.Equal(0, emulator.Host.HeldBytes);
    }

    [Fact]
    public async Task Large_answers_that_nobody_takes_end_their_link()
    {
        await using var emulator = await EmulatorFixture.StartAsync(
            new AmqpLimits { MaxHeldBytesPerConnection = 1_000_000 });
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.Queue, ["large"], bodyBytes: 200_000);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync("orders/$management", credit: 0, handle: 1);
        await peer.AttachSenderAsync("orders/$management");
        var peek = Peek();

        for (var i = 0u; i < 10; i++)
        {
            await peer.TransferAsync(SenderLinkTests.Transfer(i, settled: true), peek);
        }

        var detach = await peer.ExpectAsync<Detach>();
        Assert.Equal(1u, detach.Handle);
        Assert.Equal(ErrorCode.ResourceLimitExceeded, (string)detach.Error.Condition);
        Assert.InRange(emulator.Host.HeldBytes, 1, 100_000);
    }

    [Fact]
    public async Task Requests_wait_for_the_disk_as_messages_do()
    {
        const int AtOnce = 5;
        using var journal = new HeldJournal();
        await using var emulator = await EmulatorFixture.StartAsync(
            journal, new AmqpLimits { MaxBytesBeingStored = AtOnce * 10_000 });
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync("orders/$management", credit: 100, handle: 1);
        await peer.AttachSenderAsync("orders/$management");
        var schedule = Schedule(10_000);
        for (var i = 0u; i < 4 * AtOnce; i++)
        {
            await peer.TransferAsync(SenderLinkTests.Transfer(i, settled: true), schedule);
        }

        for (var taken = 0; taken < 4 * AtOnce; taken += AtOnce)
        {
            await journal.AppendedAsync(AtOnce);
            Assert.Equal(AtOnce, journal.Held);
            journal.Release();
        }
    }

    private static async Task<RawPeer> OpenSenderAsync(EmulatorFixture emulator)
    {
        var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        return peer;
    }

    private static async Task AssertServedAsync(RawPeer honest)
    {
        await honest.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("served"));
        Assert.IsType<Accepted>((await honest.ExpectAsync<Dispose>()).State);
    }

    /// <summary>
    /// Attaches one more sender and sends the first part of a message; returns the answer to an echo behind it, or what
    /// came instead.
    /// </summary>
    private static async Task<Described?> SendPartAsync(RawPeer peer, uint handle)
    {
        await peer.SendAsync(0, new Attach
        {
            LinkName = $"sender-{handle}",
            Handle = handle,
            Role = false,
            Source = new Source(),
            Target = new Target { Address = EmulatorFixture.Queue },
        });
        await peer.ExpectAsync<Attach>();
        await peer.ExpectAsync<Flow>();

        await peer.TrySendBytesAsync(RawFrames.Transfer(Part(handle, handle), new byte[PartBytes]));
        await peer.TrySendBytesAsync(RawFrames.Amqp(0, new Flow
        {
            NextIncomingId = 1,
            IncomingWindow = 5_000,
            NextOutgoingId = 0,
            OutgoingWindow = 10,
            Echo = true,
        }));
        return await peer.ReadAsync();
    }

    private static Transfer Part(uint handle, uint id) => new()
    {
        Handle = handle,
        DeliveryId = id,
        DeliveryTag = BitConverter.GetBytes(id),
        MessageFormat = 0,
        Settled = false,
        More = true,
    };

    private static byte[] Peek() => Request("com.microsoft:peek-message", new Map
    {
        { "from-sequence-number", 0L },
        { "message-count", 1 },
    });

    private static byte[] Schedule(int bytes)
    {
        var message = EmulatorFixture.Text("later");
        message.MessageAnnotations = new MessageAnnotations();
        message.MessageAnnotations[new Symbol("x-opt-scheduled-enqueue-time")] = DateTime.UtcNow.AddHours(1);
        message.BodySection = new Data { Binary = new byte[bytes] };
        return Request("com.microsoft:schedule-message", new Map
        {
            { "messages", new List { new Map { { "message-id", "later" }, { "message", Bytes(message) } } } },
        });
    }

    private static byte[] Request(string operation, Map body) => Bytes(new Message
    {
        ApplicationProperties = new ApplicationProperties { ["operation"] = operation },
        BodySection = new AmqpValue { Value = body },
    });

    private static byte[] Bytes(Message message)
    {
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    /// <summary>The server notices the end of a connection a moment after its peer; it is asked until it has.</summary>
    internal static async Task ConnectionsAsync(EmulatorFixture emulator, int expected)
    {
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        while (emulator.Host.ConnectionCount != expected && !guard.IsCancellationRequested)
        {
            await Task.Yield();
        }

        Assert.Equal(expected, emulator.Host.ConnectionCount);
    }
}
