using Amqp.Framing;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;
using static ServerlessGateway.Contract.Tests.ServiceBusEmulator.SettlementFaultTests;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Locks that end before their time.</summary>
[Feature("Not in Azure", "Faults: expireLock, stealLock", Support = FeatureSupport.Different, Note = FaultCommands.Note)]
public sealed class LockFaultTests
{
    [Fact]
    public async Task A_lock_on_a_message_expires_and_the_message_comes_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await LockOneAsync(emulator);

        Assert.Equal(1, await emulator.PutFaultAsync("""{"kind":"expireLock","target":{"entity":"orders","message":"one"}}"""));

        await AssertLockLostAsync(peer);
        Assert.Equal(1, Queue(emulator).Peek(0, 1, null)[0].DeliveryCount);
        await peer.FlowAsync(credit: 1, deliveryCount: 1);
        Assert.Equal(["one"], await ReceiverLinkTests.ReadMessagesAsync(peer, 1));
    }

    [Fact]
    public async Task A_stolen_message_comes_to_nobody_until_the_thiefs_lock_runs_out()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await LockOneAsync(emulator);

        Assert.Equal(1, await emulator.PutFaultAsync("""{"kind":"stealLock","target":{"message":"one"}}"""));

        await AssertLockLostAsync(peer);
        Assert.Equal((1, 0), (Queue(emulator).Count().Locked, Queue(emulator).Count().Available));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, Queue(emulator).Count().Available);
        Assert.Equal(2, Queue(emulator).Peek(0, 1, null)[0].DeliveryCount);
    }

    [Fact]
    public async Task A_message_that_may_not_be_delivered_again_is_dead_lettered_instead_of_stolen()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        for (var delivery = 1; delivery < 10; delivery++)
        {
            await using var before = delivery == 1 ? await LockOneAsync(emulator) : await LockAgainAsync(emulator);
            await emulator.PutFaultAsync("""{"kind":"expireLock"}""");
        }

        await using var last = await LockAgainAsync(emulator);
        await emulator.PutFaultAsync("""{"kind":"stealLock"}""");

        Assert.Empty(Queue(emulator).Peek(0, 1, null));
        Assert.Equal("MaxDeliveryCountExceeded", Queue(emulator).DeadLetterQueue!.Peek(0, 1, null)[0].DeadLetterReason);
    }

    [Fact]
    public async Task A_lock_on_a_session_expires_and_the_next_one_gets_it()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var holder = await AcceptAsync(emulator);

        Assert.Equal(1, await emulator.PutFaultAsync("""{"kind":"expireLock","target":{"session":"a"}}"""));

        Assert.Equal("com.microsoft:session-lock-lost", (string)(await holder.ExpectAsync<Detach>()).Error.Condition);
        await using var next = await AcceptAsync(emulator);
        await next.EchoAsync();
    }

    [Fact]
    public async Task A_stolen_session_is_locked_until_the_thiefs_lock_runs_out()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.SessionQueue, ["m"], "a");
        await using var holder = await AcceptAsync(emulator);
        await holder.FlowAsync(credit: 1, deliveryCount: 0);
        await ReceiverLinkTests.ReadMessagesAsync(holder, 1);

        Assert.Equal(1, await emulator.PutFaultAsync("""{"kind":"stealLock","target":{"entity":"ingress"},"count":1}"""));

        Assert.Equal("com.microsoft:session-lock-lost", (string)(await holder.ExpectAsync<Detach>()).Error.Condition);
        await using var refused = await SessionReceiverTests.OpenAsync(emulator);
        await refused.SendAsync(0, SessionReceiverTests.Attach("a"));
        await refused.ExpectAsync<Attach>();
        Assert.Equal("com.microsoft:session-cannot-be-locked", (string)(await refused.ExpectAsync<Detach>()).Error.Condition);
        time.Advance(TimeSpan.FromSeconds(60));
        await using var next = await AcceptAsync(emulator);
        await next.FlowAsync(credit: 1, deliveryCount: 0);
        Assert.Equal(["m"], await ReceiverLinkTests.ReadMessagesAsync(next, 1));
    }

    private static async Task AssertLockLostAsync(RawPeer peer)
    {
        await CompleteAsync(peer);
        var outcome = Assert.IsType<Rejected>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal("com.microsoft:message-lock-lost", (string)outcome.Error.Condition);
    }

    private static async Task<RawPeer> LockAgainAsync(EmulatorFixture emulator)
    {
        var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);
        return peer;
    }

    private static async Task<RawPeer> AcceptAsync(EmulatorFixture emulator)
    {
        var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.SendAsync(0, SessionReceiverTests.Attach("a"));
        Assert.NotNull((await peer.ExpectAsync<Attach>()).Source);
        return peer;
    }
}
