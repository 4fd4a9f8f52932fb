using Amqp.Framing;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Faults of settlements on receivers' links.</summary>
[Feature("Not in Azure", "Faults: loseSettlement, delaySettlement, loseSettlementAnswer", Support = FeatureSupport.Different, Note = FaultCommands.Note)]
public sealed class SettlementFaultTests
{
    [Fact]
    public async Task A_lost_settlement_changes_nothing_and_can_be_repeated()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await LockOneAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"loseSettlement","target":{"entity":"orders"},"count":1}""");

        await CompleteAsync(peer);
        Assert.Equal(0, await peer.EchoAsync());
        Assert.Equal(1, Queue(emulator).Count().Locked);
        await CompleteAsync(peer);

        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Empty(Queue(emulator).Peek(0, 10, null));
    }

    [Fact]
    public async Task A_settlement_whose_answer_is_lost_is_carried_out()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await LockOneAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"loseSettlementAnswer"}""");

        await CompleteAsync(peer);

        Assert.Equal(0, await peer.EchoAsync());
        Assert.Empty(Queue(emulator).Peek(0, 10, null));
    }

    [Fact]
    public async Task A_delayed_settlement_is_carried_out_and_answered_late()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await LockOneAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"delaySettlement","delayMs":4000}""");

        await CompleteAsync(peer);
        Assert.Equal(0, await peer.EchoAsync());
        Assert.Equal(1, Queue(emulator).Count().Locked);
        time.Advance(TimeSpan.FromSeconds(4));

        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Empty(Queue(emulator).Peek(0, 10, null));
    }

    [Fact]
    public async Task A_settlement_that_comes_after_the_lock_ran_out_is_refused()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await LockOneAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"delaySettlement","delayMs":120000}""");

        await CompleteAsync(peer);
        Assert.Equal(0, await peer.EchoAsync());
        time.Advance(TimeSpan.FromSeconds(120));

        var outcome = Assert.IsType<Rejected>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal("com.microsoft:message-lock-lost", (string)outcome.Error.Condition);
    }

    [Fact]
    [Feature("Not in Azure", "Faults: serverBusy, withholdCredit", Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task A_settlement_is_refused_as_busy_and_the_lock_stays()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await LockOneAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"serverBusy","target":{"operation":"settle"}}""");

        await CompleteAsync(peer);

        var outcome = Assert.IsType<Rejected>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal("com.microsoft:server-busy", (string)outcome.Error.Condition);
        Assert.Equal(1, Queue(emulator).Count().Locked);
    }

    internal static async Task<RawPeer> LockOneAsync(EmulatorFixture emulator)
    {
        await ReceiverLinkTests.SendAsync(emulator, "one");
        var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);
        return peer;
    }

    internal static Task CompleteAsync(RawPeer peer) =>
        peer.SendAsync(0, new Dispose { Role = true, First = 0, State = new Accepted() });

    internal static MessageQueue Queue(EmulatorFixture emulator) => emulator.QueueNamed(EmulatorFixture.Queue);
}
