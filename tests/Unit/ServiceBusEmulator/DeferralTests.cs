using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class DeferralTests : IDisposable
{
    private readonly BrokerFixture _fixture = WithQueue(queue => queue with { DeadLetteringOnMessageExpiration = true });

    [Fact]
    public async Task A_deferred_message_comes_only_by_its_number()
    {
        var number = await DeferAsync("1");

        Assert.Empty(await _fixture.ReceiveAsync(5));
        var delivery = Assert.Single((await ReceiveDeferredAsync(number)).Value);

        Assert.Equal(("1", MessageState.Deferred), (Body(delivery), delivery.Message.State));
        Assert.Null(await _fixture.Q().SettleAsync(delivery.LockToken, new Settlement.Complete()));
        Assert.Empty(_fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task While_it_is_locked_nobody_else_gets_it()
    {
        var number = await DeferAsync("1");
        await ReceiveDeferredAsync(number);

        Assert.Equal(BrokerErrorCode.MessageNotFound, (await ReceiveDeferredAsync(number)).Error?.Code);
    }

    [Fact]
    public async Task Abandoned_or_with_its_lock_lost_it_stays_deferred_and_counts()
    {
        var number = await DeferAsync("1");
        var first = (await ReceiveDeferredAsync(number)).Value[0];
        await _fixture.Q().SettleAsync(first.LockToken, new Settlement.Abandon());
        await ReceiveDeferredAsync(number);
        _fixture.Clock.Advance(LockDuration);

        var third = (await ReceiveDeferredAsync(number)).Value[0];

        Assert.Equal((MessageState.Deferred, 2), (third.Message.State, third.Message.DeliveryCount));
        Assert.Empty(await _fixture.ReceiveAsync(5));
    }

    [Fact]
    public async Task Receiving_is_all_or_nothing()
    {
        var number = await DeferAsync("1");

        var error = (await ReceiveDeferredAsync(number, 99)).Error;

        Assert.Equal(BrokerErrorCode.MessageNotFound, error?.Code);
        Assert.Equal(1, _fixture.Q().Count().Deferred);
    }

    [Fact]
    public async Task An_expired_one_is_found_out_when_somebody_asks_for_it()
    {
        var number = await DeferAsync("1", TimeSpan.FromSeconds(10));
        _fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, _fixture.Q().Count().Deferred);

        Assert.Equal(BrokerErrorCode.MessageNotFound, (await ReceiveDeferredAsync(number)).Error?.Code);

        Assert.Equal(0, _fixture.Q().Count().Deferred);
        Assert.Equal(["TTLExpiredException"], _fixture.Q("q/$deadletterqueue").Peek(0, 10, null).Select(message => message.DeadLetterReason));
    }

    [Fact]
    public async Task It_can_be_taken_for_good()
    {
        var number = await DeferAsync("1");

        var deliveries = await _fixture.Q().ReceiveDeferredAsync([number], ReceiveMode.ReceiveAndDelete);

        Assert.Equal(["1"], Bodies(deliveries.Value));
        Assert.Empty(_fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task In_a_session_it_belongs_to_the_holder()
    {
        using var fixture = WithSessions();
        await fixture.SendAsync(Message("1", "a"), Message("2", "b"));
        var lease = await fixture.AcceptAsync("a");
        var other = await fixture.AcceptAsync("b");
        var sink = Listen(lease, credit: 1);
        await lease.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Defer());

        Assert.Equal(BrokerErrorCode.NotAllowed, (await fixture.Q().ReceiveDeferredAsync([1], ReceiveMode.PeekLock)).Error?.Code);
        Assert.Equal(BrokerErrorCode.MessageNotFound, (await other.ReceiveDeferredAsync([1], ReceiveMode.PeekLock)).Error?.Code);
        var delivery = Assert.Single((await lease.ReceiveDeferredAsync([1], ReceiveMode.PeekLock)).Value);
        lease.Release();

        Assert.Equal(BrokerErrorCode.SessionLockLost, (await fixture.Q().SettleAsync(delivery.LockToken, new Settlement.Complete()))?.Code);
        Assert.Equal(1, fixture.Q().Count().Deferred);
    }

    public void Dispose() => _fixture.Dispose();

    private async Task<long> DeferAsync(string body, TimeSpan? timeToLive = null)
    {
        await _fixture.SendAsync(Message(body) with { TimeToLive = timeToLive });
        var delivery = Assert.Single(await _fixture.ReceiveAsync(1));
        Assert.Null(await _fixture.Q().SettleAsync(delivery.LockToken, new Settlement.Defer()));
        return delivery.Message.SequenceNumber;
    }

    private Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveDeferredAsync(params long[] numbers) =>
        _fixture.Q().ReceiveDeferredAsync(numbers, ReceiveMode.PeekLock);
}
