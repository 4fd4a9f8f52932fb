using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class SessionTests : IDisposable
{
    private readonly BrokerFixture _fixture = WithSessions();

    [Fact]
    public async Task A_session_is_delivered_in_the_order_of_its_sends()
    {
        await _fixture.SendAsync(Message("1", "a"), Message("x", "b"), Message("2", "a"));
        await _fixture.SendAsync(Message("3", "a"));

        var sink = Listen(await _fixture.AcceptAsync("a"), credit: 10);

        Assert.Equal(["1", "2", "3"], sink.Bodies);
        Assert.Equal([1L, 3, 4], sink.Deliveries.Select(delivery => delivery.Message.SequenceNumber));
    }

    [Fact]
    public async Task A_message_without_a_session_id_is_refused()
    {
        var error = await _fixture.Q().SendAsync([Message("1", "a"), Message("2")]);

        Assert.Equal(BrokerErrorCode.NotAllowed, error?.Code);
        Assert.Equal(0, _fixture.Q().Count().Available);
    }

    [Fact]
    public async Task A_held_session_is_refused_to_everybody_else_until_it_is_released()
    {
        await _fixture.SendAsync(Message("1", "a"));
        var lease = await _fixture.AcceptAsync("a");

        Assert.Equal(BrokerErrorCode.SessionCannotBeLocked, await _fixture.AcceptErrorAsync("a"));
        Assert.Equal(BrokerErrorCode.Timeout, await _fixture.AcceptErrorAsync(null));
        lease.Release();

        Assert.Equal("a", (await _fixture.AcceptAsync("a")).SessionId);
    }

    [Fact]
    public async Task A_session_without_messages_can_be_accepted_by_its_id()
    {
        var sink = Listen(await _fixture.AcceptAsync("later"), credit: 1);

        await _fixture.SendAsync(Message("1", "later"));

        Assert.Equal(["1"], sink.Bodies);
    }

    [Fact]
    public async Task The_next_session_is_the_one_that_waits_longest()
    {
        await _fixture.SendAsync(Message("1", "z"), Message("2", "a"), Message("3", "z"));

        var first = await _fixture.AcceptAsync(null);
        var second = await _fixture.AcceptAsync(null);

        Assert.Equal(["z", "a"], [first.SessionId, second.SessionId]);
    }

    [Fact]
    public async Task A_released_session_with_messages_goes_to_the_end_of_the_line()
    {
        await _fixture.SendAsync(Message("1", "a"), Message("2", "b"));
        (await _fixture.AcceptAsync(null)).Release();

        Assert.Equal("b", (await _fixture.AcceptAsync(null)).SessionId);
        Assert.Equal("a", (await _fixture.AcceptAsync(null)).SessionId);
    }

    [Fact]
    public async Task Waits_for_the_next_session_are_served_in_their_order()
    {
        var first = _fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(60), CancellationToken.None);
        var second = _fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(60), CancellationToken.None);

        await _fixture.SendAsync(Message("1", "a"));
        Assert.Equal("a", (await first).Value.SessionId);
        Assert.False(second.IsCompleted);

        await _fixture.SendAsync(Message("2", "b"));
        Assert.Equal("b", (await second).Value.SessionId);
    }

    [Fact]
    public async Task A_wait_for_the_next_session_ends_exactly_at_its_time()
    {
        var wait = _fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(5), CancellationToken.None);

        _fixture.Clock.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.False(wait.IsCompleted);
        _fixture.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(BrokerErrorCode.Timeout, (await wait).Error?.Code);
        await _fixture.SendAsync(Message("1", "a"));
        Assert.Equal("a", (await _fixture.AcceptAsync(null)).SessionId);
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_session()
    {
        using var cancellation = new CancellationTokenSource();
        var wait = _fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(5), cancellation.Token);

        await cancellation.CancelAsync();

        Assert.Equal(BrokerErrorCode.OperationCancelled, (await wait).Error?.Code);
        await _fixture.SendAsync(Message("1", "a"));
        Assert.Equal("a", (await _fixture.AcceptAsync(null)).SessionId);
    }

    [Fact]
    public async Task A_wait_that_was_cancelled_before_it_began_ends_at_once()
    {
        var wait = _fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(5), new CancellationToken(true));

        Assert.Equal(BrokerErrorCode.OperationCancelled, (await wait).Error?.Code);
    }

    [Fact]
    public async Task Release_gives_unsettled_messages_back_in_order_without_raising_their_count()
    {
        await _fixture.SendAsync(Message("1", "a"), Message("2", "a"), Message("3", "a"));
        var lease = await _fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 2);
        Assert.Equal(["1", "2"], sink.Bodies);

        lease.Release();

        var again = Listen(await _fixture.AcceptAsync("a"), credit: 10);
        Assert.Equal(["1", "2", "3"], again.Bodies);
        Assert.All(again.Deliveries, delivery => Assert.Equal(0, delivery.Message.DeliveryCount));
        Assert.Null(sink.ClosedWith);
    }

    [Fact]
    public async Task An_expired_session_lock_raises_the_count_of_what_was_delivered_and_of_nothing_else()
    {
        await _fixture.SendAsync(Message("1", "a"), Message("2", "a"), Message("3", "a"));
        var lease = await _fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 2);

        _fixture.Clock.Advance(LockDuration);

        Assert.Equal(BrokerErrorCode.SessionLockLost, sink.ClosedWith?.Code);
        Assert.False(lease.IsHeld);
        var again = Listen(await _fixture.AcceptAsync(null), credit: 10);
        Assert.Equal(["1", "2", "3"], again.Bodies);
        Assert.Equal([1, 1, 0], again.Deliveries.Select(delivery => delivery.Message.DeliveryCount));
    }

    [Fact]
    public async Task A_session_lock_holds_until_just_before_its_end()
    {
        await _fixture.SendAsync(Message("1", "a"));
        var lease = await _fixture.AcceptAsync("a");

        _fixture.Clock.Advance(LockDuration - TimeSpan.FromTicks(1));
        Assert.True(lease.IsHeld);
        _fixture.Clock.Advance(TimeSpan.FromTicks(1));

        Assert.False(lease.IsHeld);
    }

    [Fact]
    public async Task Renewal_counts_a_full_duration_from_now()
    {
        await _fixture.SendAsync(Message("1", "a"));
        var lease = await _fixture.AcceptAsync("a");
        _fixture.Clock.Advance(TimeSpan.FromSeconds(20));

        var end = lease.Renew().Value;

        Assert.Equal(_fixture.Clock.GetUtcNow() + LockDuration, end);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.True(lease.IsHeld);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public async Task Everything_on_a_lost_lease_answers_session_lock_lost()
    {
        await _fixture.SendAsync(Message("1", "a"));
        var lease = await _fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 1);
        _fixture.Clock.Advance(LockDuration);
        var token = sink.Deliveries[0].LockToken;

        BrokerErrorCode?[] codes =
        [
            (await lease.SettleAsync(token, new Settlement.Complete()))?.Code,
            (await _fixture.Q().SettleAsync(token, new Settlement.Complete()))?.Code,
            (await lease.SetStateAsync(null))?.Code,
            lease.GetState().Error?.Code,
            lease.Renew().Error?.Code,
            lease.OpenReceiver(ReceiveMode.PeekLock, sink).Error?.Code,
            (await lease.ReceiveDeferredAsync([1], ReceiveMode.PeekLock)).Error?.Code,
        ];

        Assert.All(codes, code => Assert.Equal(BrokerErrorCode.SessionLockLost, code));
        Assert.Equal(1, _fixture.Q().Count().Available);
    }

    [Fact]
    public async Task A_lost_holder_cannot_settle_what_the_next_one_holds()
    {
        await _fixture.SendAsync(Message("1", "a"));
        var old = Listen(await _fixture.AcceptAsync("a"), credit: 1);
        _fixture.Clock.Advance(LockDuration);
        var lease = await _fixture.AcceptAsync("a");
        var current = Listen(lease, credit: 1);

        var late = await _fixture.Q().SettleAsync(old.Deliveries[0].LockToken, new Settlement.Complete());

        Assert.Equal(BrokerErrorCode.SessionLockLost, late?.Code);
        Assert.Null(await lease.SettleAsync(current.Deliveries[0].LockToken, new Settlement.Complete()));
        Assert.Equal(0, _fixture.Q().Count().Available);
    }

    [Fact]
    public async Task An_abandoned_message_is_delivered_before_those_that_wait()
    {
        await _fixture.SendAsync(Message("1", "a"), Message("2", "a"), Message("3", "a"));
        var lease = await _fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 1);

        Assert.Null(await lease.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Abandon()));
        sink.Receiver.AddCredit(2);

        Assert.Equal(["1", "1", "2"], sink.Bodies);
        Assert.Equal([0, 1, 0], sink.Deliveries.Select(delivery => delivery.Message.DeliveryCount));
    }

    public void Dispose() => _fixture.Dispose();
}
