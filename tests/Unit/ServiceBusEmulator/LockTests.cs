using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class LockTests : IDisposable
{
    private readonly BrokerFixture _fixture = WithQueue(queue => queue with { MaxDeliveryCount = 3 });

    [Fact]
    public async Task A_locked_message_is_given_to_nobody_else_until_its_lock_ends()
    {
        await _fixture.SendAsync(Message("1"));
        var sink = _fixture.Listen(credit: 1);
        var other = _fixture.Listen(credit: 5);
        Assert.Equal(_fixture.Clock.GetUtcNow() + LockDuration, sink.Deliveries[0].LockedUntil);

        _fixture.Clock.Advance(LockDuration - TimeSpan.FromTicks(1));
        Assert.Empty(other.Bodies);
        _fixture.Clock.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(1, _fixture.Q().Count().Locked);
        Assert.Equal(["1"], other.Bodies);
        Assert.Equal(1, other.Deliveries[0].Message.DeliveryCount);
    }

    [Fact]
    public async Task Complete_removes_the_message()
    {
        await _fixture.SendAsync(Message("1"));
        var delivery = (await _fixture.ReceiveAsync(1))[0];

        Assert.Null(await _fixture.Q().SettleAsync(delivery.LockToken, new Settlement.Complete()));

        _fixture.Clock.Advance(LockDuration);
        Assert.Empty(_fixture.Q().Peek(0, 10, null));
        Assert.Equal(0, _fixture.Q().Count().Bytes);
    }

    [Fact]
    public async Task A_lock_settles_once()
    {
        await _fixture.SendAsync(Message("1"));
        var token = (await _fixture.ReceiveAsync(1))[0].LockToken;
        await _fixture.Q().SettleAsync(token, new Settlement.Abandon());

        var again = await _fixture.Q().SettleAsync(token, new Settlement.Complete());

        Assert.Equal(BrokerErrorCode.MessageLockLost, again?.Code);
        Assert.Equal(1, _fixture.Q().Count().Available);
    }

    [Fact]
    public async Task Settling_after_the_lock_ran_out_is_refused()
    {
        await _fixture.SendAsync(Message("1"));
        var token = (await _fixture.ReceiveAsync(1))[0].LockToken;

        _fixture.Clock.Advance(LockDuration);

        Assert.Equal(
            BrokerErrorCode.MessageLockLost, (await _fixture.Q().SettleAsync(token, new Settlement.Complete()))?.Code);
        Assert.Equal(BrokerErrorCode.MessageLockLost, _fixture.Q().RenewLock(token).Error?.Code);
    }

    [Fact]
    public async Task Renewal_counts_a_full_duration_from_now()
    {
        await _fixture.SendAsync(Message("1"));
        var token = (await _fixture.ReceiveAsync(1))[0].LockToken;
        _fixture.Clock.Advance(TimeSpan.FromSeconds(29));

        Assert.Equal(_fixture.Clock.GetUtcNow() + LockDuration, _fixture.Q().RenewLock(token).Value);

        _fixture.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(await _fixture.Q().SettleAsync(token, new Settlement.Complete()));
    }

    [Fact]
    public async Task Abandon_returns_the_message_at_once_before_those_that_wait_with_its_changes()
    {
        await _fixture.SendAsync(Message("1"), Message("2"));
        var token = (await _fixture.ReceiveAsync(1))[0].LockToken;

        await _fixture.Q().SettleAsync(token, new Settlement.Abandon
        {
            PropertiesToModify = new Dictionary<string, object?> { ["tried"] = 1 },
        });

        var deliveries = await _fixture.ReceiveAsync(2);
        Assert.Equal(["1", "2"], Bodies(deliveries));
        Assert.Equal(1, deliveries[0].Message.DeliveryCount);
        Assert.Equal(1, deliveries[0].Message.ModifiedProperties["tried"]);
        Assert.Empty(deliveries[1].Message.ModifiedProperties);
    }

    [Fact]
    public async Task Properties_of_a_type_that_cannot_be_kept_are_refused_and_the_lock_stays()
    {
        await _fixture.SendAsync(Message("1"));
        var token = (await _fixture.ReceiveAsync(1))[0].LockToken;

        var error = await _fixture.Q().SettleAsync(token, new Settlement.Abandon
        {
            PropertiesToModify = new Dictionary<string, object?> { ["odd"] = new object() },
        });

        Assert.Equal(BrokerErrorCode.ArgumentError, error?.Code);
        Assert.Null(await _fixture.Q().SettleAsync(token, new Settlement.Complete()));
    }

    [Fact]
    public async Task After_so_many_failed_deliveries_a_message_is_a_dead_letter()
    {
        await _fixture.SendAsync(Message("1"), Message("2"));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var token = (await _fixture.ReceiveAsync(1))[0].LockToken;
            await _fixture.Q().SettleAsync(token, new Settlement.Abandon());
        }

        await _fixture.ReceiveAsync(1);
        _fixture.Clock.Advance(LockDuration);

        Assert.Equal(["2"], Bodies(await _fixture.ReceiveAsync(5)));
        var dead = Assert.Single(_fixture.Q("q/$deadletterqueue").Peek(0, 10, null));
        Assert.Equal(("1", "MaxDeliveryCountExceeded", 3), (Body(dead), dead.DeadLetterReason, dead.DeliveryCount));
    }

    [Fact]
    public async Task Receive_and_delete_leaves_nothing_to_settle()
    {
        await _fixture.SendAsync(Message("1"), Message("2"));

        var deliveries = await _fixture.ReceiveAsync(1, mode: ReceiveMode.ReceiveAndDelete);

        Assert.Equal(["1"], Bodies(deliveries));
        Assert.Equal((Guid.Empty, null), (deliveries[0].LockToken, deliveries[0].LockedUntil));
        Assert.Equal(["2"], _fixture.Q().Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task A_session_id_means_nothing_where_sessions_are_not_required()
    {
        await _fixture.SendAsync(Message("1", "a"), Message("2", "b"));

        Assert.Equal(["1", "2"], Bodies(await _fixture.ReceiveAsync(2)));
        Assert.Equal(BrokerErrorCode.NotAllowed, await _fixture.AcceptErrorAsync("a"));
    }

    [Fact]
    public async Task Messages_of_a_session_have_no_lock_of_their_own_to_renew()
    {
        using var fixture = WithSessions();
        await fixture.SendAsync(Message("1", "a"));
        var sink = Listen(await fixture.AcceptAsync("a"), credit: 1);

        Assert.Equal(BrokerErrorCode.NotAllowed, fixture.Q().RenewLock(sink.Deliveries[0].LockToken).Error?.Code);
    }

    public void Dispose() => _fixture.Dispose();
}
