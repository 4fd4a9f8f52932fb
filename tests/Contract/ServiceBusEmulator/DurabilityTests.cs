using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>What the wire says about the disk: nothing is called done before it is.</summary>
public sealed class DurabilityTests
{
    [Fact]
    [Feature("Durability", "A message is accepted when it is on the disk, not before")]
    public async Task A_message_is_accepted_when_it_is_on_the_disk_and_not_before()
    {
        using var journal = new HeldJournal();
        await using var emulator = await EmulatorFixture.StartAsync(journal);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        await peer.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("m"));
        await journal.AppendedAsync(1);

        // The answer to the echo comes after every answer that was ready before it.
        Assert.Equal(0, await peer.EchoAsync());
        journal.Release();

        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
    }

    [Fact]
    public async Task A_settlement_is_answered_when_it_is_on_the_disk_and_not_before()
    {
        using var journal = new HeldJournal();
        await using var emulator = await EmulatorFixture.StartAsync(journal);
        var sent = ReceiverLinkTests.SendAsync(emulator, "m");
        await journal.AppendedAsync(1);
        journal.Release();
        await sent;
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);

        await peer.SendAsync(0, new Dispose { Role = true, First = 0, State = new Accepted() });
        await journal.AppendedAsync(1);
        Assert.Equal(0, await peer.EchoAsync());
        journal.Release();

        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
    }

    [Fact]
    [Feature("Bounds", "Senders faster than the disk are read no further than a bound")]
    public async Task A_sender_faster_than_the_disk_is_read_no_further_than_the_bound()
    {
        const int Messages = 50;
        const int AtOnce = 10;
        using var journal = new HeldJournal();
        await using var emulator = await EmulatorFixture.StartAsync(
            journal, new AmqpLimits { MaxBytesBeingStored = AtOnce * 10_000 });
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        var payload = SenderLinkTests.Encoded(new string('x', 10_000), "m");
        for (var i = 0u; i < Messages; i++)
        {
            await peer.TransferAsync(SenderLinkTests.Transfer(i, settled: false), payload);
        }

        for (var stored = 0; stored < Messages; stored += AtOnce)
        {
            await journal.AppendedAsync(AtOnce);
            Assert.Equal(AtOnce, journal.Held);
            journal.Release();
        }

        await peer.EchoAsync();
        Assert.Equal(Messages, emulator.QueueNamed(EmulatorFixture.Queue).Count().Available);
    }

    [Fact]
    public async Task When_the_disk_fails_senders_are_told_and_nothing_is_accepted()
    {
        using var journal = new HeldJournal();
        await using var emulator = await EmulatorFixture.StartAsync(journal);
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        await peer.TransferAsync(SenderLinkTests.Transfer(0, settled: false), SenderLinkTests.Encoded("m"));
        await journal.AppendedAsync(1);

        journal.Break();

        var answer = await peer.ExpectAsync<Dispose>();
        Assert.Equal(ErrorCode.InternalError, (string)Assert.IsType<Rejected>(answer.State).Error.Condition);
    }
}
