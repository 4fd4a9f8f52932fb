using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>What sessions carry beside messages, and how many there may be.</summary>
public sealed class SessionStateTests : IDisposable
{
    private readonly BrokerFixture _fixture = WithSessions();

    [Fact]
    public async Task Session_state_outlives_the_lease_and_the_messages()
    {
        await _fixture.SendAsync(Message("1", "a"));
        var lease = await _fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 1);
        Assert.Null(lease.GetState().Value);
        Assert.Null(await lease.SetStateAsync(new byte[] { 1, 2, 3 }));
        await lease.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Complete());
        lease.Release();

        var next = await _fixture.AcceptAsync("a");

        Assert.Equal([1, 2, 3], next.GetState().Value!.Value.ToArray());
        Assert.Null(await next.SetStateAsync(null));
        Assert.Null(next.GetState().Value);
    }

    [Fact]
    public async Task Session_state_over_its_limit_is_refused()
    {
        var lease = await _fixture.AcceptAsync("a");

        var error = await lease.SetStateAsync(new byte[(256 * 1024) + 1]);

        Assert.Equal(BrokerErrorCode.ArgumentOutOfRange, error?.Code);
        Assert.Null(lease.GetState().Value);
    }

    [Fact]
    public async Task A_queue_for_large_messages_keeps_larger_states()
    {
        using var fixture = WithSessions(queue => queue with { MaxMessageBytes = 1024 * 1024 });
        var lease = await fixture.AcceptAsync("a");

        Assert.Null(await lease.SetStateAsync(new byte[1024 * 1024]));
        var error = await lease.SetStateAsync(new byte[(1024 * 1024) + 1]);

        Assert.Equal(BrokerErrorCode.ArgumentOutOfRange, error?.Code);
        Assert.Equal(1024 * 1024, lease.GetState().Value!.Value.Length);
    }

    [Fact]
    public async Task Sessions_are_listed_by_messages_or_by_the_time_of_their_state()
    {
        await _fixture.SendAsync(Message("1", "b"), Message("2", "a"));
        var begin = _fixture.Clock.GetUtcNow();
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var lease = await _fixture.AcceptAsync("c");
        await lease.SetStateAsync(new byte[] { 1 });

        Assert.Equal(["a", "b"], _fixture.Q().ListSessions(null, 0, 10));
        Assert.Equal(["b"], _fixture.Q().ListSessions(null, 1, 1));
        Assert.Equal(["c"], _fixture.Q().ListSessions(begin, 0, 10));
        Assert.Empty(_fixture.Q().ListSessions(begin + TimeSpan.FromSeconds(2), 0, 10));
    }

    [Fact]
    public async Task A_receiver_without_a_session_is_refused()
    {
        await _fixture.SendAsync(Message("1", "a"));

        var result = _fixture.Q().OpenReceiver(ReceiveMode.PeekLock, new RecordingSink());

        Assert.Equal(BrokerErrorCode.NotAllowed, result.Error?.Code);
    }

    [Fact]
    public async Task Sessions_held_and_waited_for_are_bounded()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q", queue => queue with { RequiresSession = true })] },
            new BrokerOptions { MaxReceiversPerEntity = 2 });
        await fixture.AcceptAsync("a");
        var wait = fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(5), CancellationToken.None);

        Assert.Equal(BrokerErrorCode.QuotaExceeded, await fixture.AcceptErrorAsync("b"));
        Assert.Equal(BrokerErrorCode.QuotaExceeded, await fixture.AcceptErrorAsync(null));

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await wait;
        Assert.Null(await fixture.AcceptErrorAsync("b"));
    }

    [Fact]
    public async Task Leases_that_ended_make_room_for_others()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q", queue => queue with { RequiresSession = true })] },
            new BrokerOptions { MaxReceiversPerEntity = 1 });
        (await fixture.AcceptAsync("released")).Release();
        await fixture.AcceptAsync("expired");
        fixture.Clock.Advance(LockDuration);

        Assert.Null(await fixture.AcceptErrorAsync("next"));
    }

    [Fact]
    public async Task Stopping_the_broker_ends_waits_and_receivers()
    {
        var sink = Listen(await _fixture.AcceptAsync("a"), credit: 1);
        var wait = _fixture.Q().AcceptSessionAsync(null, TimeSpan.FromSeconds(5), CancellationToken.None);

        _fixture.Broker.Dispose();

        Assert.Equal(BrokerErrorCode.OperationCancelled, (await wait).Error?.Code);
        Assert.Equal(BrokerErrorCode.OperationCancelled, sink.ClosedWith?.Code);
        Assert.Equal(BrokerErrorCode.OperationCancelled, (await _fixture.Q().SendAsync([Message("1", "a")]))?.Code);
    }

    public void Dispose() => _fixture.Dispose();
}
