using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class MeterTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(64 * 1024, 1)]
    [InlineData((64 * 1024) + 1, 2)]
    [InlineData(129 * 1024, 3)]
    public async Task A_send_is_billed_once_per_started_64_KB(int bytes, int operations)
    {
        using var fixture = WithQueue();

        await fixture.SendAsync(Message(new string('x', bytes)));

        var meter = Meter(fixture);
        Assert.Equal((1, bytes, operations), (meter.MessagesSent, meter.BytesSent, meter.BilledOperations));
    }

    [Theory]
    [InlineData(64 * 1024, 1)]
    [InlineData((64 * 1024) + 1, 2)]
    public async Task Forwarding_is_billed_as_another_send(int bytes, int operations)
    {
        using var fixture = new BrokerFixture(new NamespaceDefinition
        {
            Queues = [new QueueDefinition { Name = "a", ForwardTo = "b" }, new QueueDefinition { Name = "b" }],
        });

        await fixture.SendToAsync("a", Message(new string('x', bytes)));

        var billed = fixture.Broker.ReadMeter().ToDictionary(meter => meter.Address, meter => meter.BilledOperations);
        Assert.Equal((2 * operations, 0), (billed["a"], billed["b"]));
    }

    [Fact]
    public async Task A_message_refused_is_not_billed()
    {
        using var fixture = WithSessions();

        Assert.NotNull(await fixture.Q().SendAsync([Message("no session")]));

        Assert.Equal(0, Meter(fixture).BilledOperations);
    }

    [Fact]
    public async Task Everything_that_happens_is_counted()
    {
        using var fixture = WithQueue(queue => queue with { RequiresDuplicateDetection = true });
        await fixture.SendAsync(Message("1") with { MessageId = "a" }, Message("2"), Message("3"), Message("4"), Message("5"));
        await fixture.SendAsync(Message("1") with { MessageId = "a" });
        var deliveries = await fixture.ReceiveAsync(5);
        Settlement[] settlements =
            [new Settlement.Complete(), new Settlement.Abandon(), new Settlement.Defer(), new Settlement.DeadLetter(null, null)];
        for (var index = 0; index < settlements.Length; index++)
        {
            await fixture.Q().SettleAsync(deliveries[index].LockToken, settlements[index]);
        }

        _ = fixture.Q().RenewLock(deliveries[4].LockToken);
        fixture.Clock.Advance(LockDuration);

        Assert.Equal(
            new EntityMeter
            {
                Address = "q",
                MessagesSent = 6,
                BytesSent = 6,
                Duplicates = 1,
                MessagesReceived = 5,
                BytesReceived = 5,
                Completed = 1,
                Abandoned = 1,
                DeadLettered = 1,
                Deferred = 1,
                Expired = 0,
                LocksExpired = 1,
                LocksRenewed = 1,
                SessionsAccepted = 0,
                BilledOperations = 6 + 5 + 4 + 1,
            },
            Meter(fixture));
    }

    [Fact]
    public async Task Sessions_states_waits_and_empty_drains_are_billed()
    {
        using var fixture = WithSessions();
        var lease = await fixture.AcceptAsync("a");
        var wait = fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(1), CancellationToken.None);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await wait;
        await lease.SetStateAsync(new byte[1]);
        _ = lease.GetState();
        _ = lease.Renew();
        Listen(lease, credit: 1).Receiver.Drain();

        var meter = Meter(fixture);

        Assert.Equal((1, 1, 6), (meter.SessionsAccepted, meter.LocksRenewed, meter.BilledOperations));
    }

    private static EntityMeter Meter(BrokerFixture fixture) => fixture.Broker.ReadMeter()[0];
}
