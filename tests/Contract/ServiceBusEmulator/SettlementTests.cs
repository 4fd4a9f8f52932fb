using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class SettlementTests
{
    [Fact]
    [Feature("Receiving", "Complete, abandon, defer, dead-letter")]
    public async Task Each_outcome_does_what_it_says_and_is_answered()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "complete", "abandon", "defer", "dead");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 4);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 4);

        var info = new Fields
        {
            { new Symbol("DeadLetterReason"), "why" },
            { new Symbol("DeadLetterErrorDescription"), "because" },
        };
        DeliveryState[] outcomes =
        [
            new Accepted(),
            new Modified(),
            new Modified { UndeliverableHere = true },
            new Rejected { Error = new Error("com.microsoft:dead-letter") { Info = info } },
        ];
        for (var id = 0u; id < outcomes.Length; id++)
        {
            await peer.SendAsync(0, new Dispose { Role = true, First = id, State = outcomes[id] });
            var answer = await peer.ExpectAsync<Dispose>();
            Assert.False(answer.Role);
            Assert.True(answer.Settled);
            Assert.Equal(id, answer.First);
            Assert.IsType<Accepted>(answer.State);
        }

        var queue = emulator.QueueNamed(EmulatorFixture.Queue);
        Assert.Equal(new QueueCounts(1, 0, 1, 0, queue.Count().Bytes), queue.Count());
        var dead = Assert.Single(queue.DeadLetterQueue!.Peek(1, 10, null));
        Assert.Equal(
            ("dead", "why", "because"), (dead.Message.MessageId, dead.DeadLetterReason, dead.DeadLetterDescription));
        var abandoned = queue.Peek(1, 10, null).Single(message => message.Message.MessageId == "abandon");
        Assert.Equal(1, abandoned.DeliveryCount);
    }

    [Fact]
    public async Task One_disposition_settles_a_range_of_deliveries()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "1", "2", "3");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 3);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 3);

        // The range reaches further than anything that was delivered, as a hostile peer's might.
        var everything = new Dispose { Role = true, First = 0, Last = uint.MaxValue - 1, State = new Accepted() };
        await peer.SendAsync(0, everything);

        var settled = new HashSet<uint>();
        while (settled.Count < 3)
        {
            var answer = await peer.ExpectAsync<Dispose>();
            settled.Add(answer.First);
        }

        Assert.Empty(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
    }

    [Fact]
    [Feature("Receiving", "Lock expiry")]
    public async Task Settling_after_the_lock_ran_out_is_answered_with_the_reason()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.ShortLocks, credit: 1);
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.ShortLocks, ["slow"]);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);

        time.Advance(TimeSpan.FromSeconds(6));
        await peer.SendAsync(0, new Dispose { Role = true, First = 0, State = new Accepted() });

        var answer = await peer.ExpectAsync<Dispose>();
        Assert.Equal(
            "com.microsoft:message-lock-lost", (string)Assert.IsType<Rejected>(answer.State).Error.Condition);
        Assert.Equal(1, emulator.QueueNamed(EmulatorFixture.ShortLocks).Peek(1, 1, null)[0].DeliveryCount);
    }

    [Fact]
    public async Task A_dead_letter_map_with_strings_for_keys_is_understood()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "dead");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);

        // Rejected{Error{condition, null, {"DeadLetterReason": "why"}}}, keyed by a string, as the JavaScript SDK does.
        await peer.SendBytesAsync(RawFrames.Frame(0, 0, StringKeyedDeadLetter()));

        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal("why", emulator.QueueNamed("orders/$deadletterqueue").Peek(1, 1, null)[0].DeadLetterReason);
    }

    private static byte[] StringKeyedDeadLetter()
    {
        var map = new ByteBuffer(64, autoGrow: true);
        Encoder.WriteMap(map, new Map { { "DeadLetterReason", "why" } }, smallEncoding: true);
        var condition = new ByteBuffer(64, autoGrow: true);
        Encoder.WriteSymbol(condition, "com.microsoft:dead-letter", smallEncoding: true);
        byte[] error = [.. Bytes(condition), 0x40, .. Bytes(map)];
        byte[] described = [0x00, 0x53, 0x1d, 0xc0, (byte)(error.Length + 1), 3, .. error];
        byte[] rejected = [0x00, 0x53, 0x25, 0xc0, (byte)(described.Length + 1), 1, .. described];
        byte[] fields = [0x41, 0x43, 0x43, 0x42, .. rejected];
        return [0x00, 0x53, 0x15, 0xc0, (byte)(fields.Length + 1), 5, .. fields];
    }

    private static ReadOnlySpan<byte> Bytes(ByteBuffer buffer) => buffer.Buffer.AsSpan(buffer.Offset, buffer.Length);
}
