using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class ReceiverTests : IDisposable
{
    private readonly BrokerFixture _fixture = WithQueue();

    [Fact]
    public async Task Nothing_is_delivered_without_a_grant_and_no_more_than_the_grant()
    {
        await _fixture.SendAsync(Message("1"), Message("2"), Message("3"));
        var sink = _fixture.Listen(credit: 0);
        Assert.Empty(sink.Bodies);

        sink.Receiver.AddCredit(2);

        Assert.Equal(["1", "2"], sink.Bodies);
        Assert.Equal(2, sink.Receiver.Delivered);
    }

    [Fact]
    public async Task A_limit_is_absolute_so_that_setting_it_twice_grants_once()
    {
        await _fixture.SendAsync(Message("1"), Message("2"), Message("3"));
        var sink = _fixture.Listen(credit: 0);

        sink.Receiver.SetDeliveryLimit(1);
        sink.Receiver.SetDeliveryLimit(1);
        Assert.Equal(["1"], sink.Bodies);
        sink.Receiver.SetDeliveryLimit(0);
        sink.Receiver.SetDeliveryLimit(2);

        Assert.Equal(["1", "2"], sink.Bodies);
    }

    [Fact]
    public async Task A_grant_that_is_taken_back_delivers_nothing()
    {
        var sink = _fixture.Listen(credit: 5);

        sink.Receiver.SetDeliveryLimit(0);
        await _fixture.SendAsync(Message("1"));

        Assert.Empty(sink.Bodies);
    }

    [Fact]
    public async Task Receivers_are_served_in_turn()
    {
        var first = _fixture.Listen(credit: 10);
        var second = _fixture.Listen(credit: 10);

        await _fixture.SendAsync(Message("1"), Message("2"), Message("3"), Message("4"));

        Assert.Equal(["1", "3"], first.Bodies);
        Assert.Equal(["2", "4"], second.Bodies);
    }

    [Fact]
    public async Task A_receiver_without_a_grant_holds_nobody_up()
    {
        var first = _fixture.Listen(credit: 1);
        var second = _fixture.Listen(credit: 10);

        await _fixture.SendAsync(Message("1"), Message("2"), Message("3"));

        Assert.Equal(["1"], first.Bodies);
        Assert.Equal(["2", "3"], second.Bodies);
    }

    [Fact]
    public async Task A_drain_is_answered_after_what_was_there_and_ends_the_grant()
    {
        await _fixture.SendAsync(Message("1"), Message("2"));
        var sink = _fixture.Listen(credit: 5);

        sink.Receiver.Drain();
        await _fixture.SendAsync(Message("3"));

        Assert.Equal(["1", "2", "drained"], sink.Events);
        sink.Receiver.AddCredit(1);
        Assert.Equal(["1", "2", "drained", "3"], sink.Events);
    }

    [Fact]
    public async Task A_closed_receiver_gets_nothing_and_its_messages_stay_locked()
    {
        await _fixture.SendAsync(Message("1"), Message("2"));
        var sink = _fixture.Listen(credit: 1);

        sink.Receiver.Close();
        sink.Receiver.AddCredit(1);

        Assert.Equal(["1"], sink.Events);
        Assert.Equal(["2"], Bodies(await _fixture.ReceiveAsync(5)));
        Assert.Null(await _fixture.Q().SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Complete()));
    }

    [Fact]
    public async Task A_message_under_way_to_a_sink_that_closes_goes_back_uncounted()
    {
        // The sink closes its receiver when it gets the first message; the second is on its way already.
        var sink = new ClosingSink();
        var receiver = _fixture.Q().OpenReceiver(ReceiveMode.PeekLock, sink).Value;
        sink.Receiver = receiver;
        await _fixture.SendAsync(Message("1"), Message("2"));

        receiver.AddCredit(2);

        Assert.Equal(["1"], Bodies(sink.Deliveries));
        var next = Assert.Single(await _fixture.ReceiveAsync(5));
        Assert.Equal(("2", 0), (Body(next), next.Message.DeliveryCount));
    }

    [Fact]
    public async Task A_sink_may_call_the_broker()
    {
        var sink = new CompletingSink(_fixture.Q());
        _fixture.Q().OpenReceiver(ReceiveMode.PeekLock, sink).Value.AddCredit(3);

        await _fixture.SendAsync(Message("1"), Message("2"), Message("3"));

        Assert.Equal(3, sink.Completed);
        Assert.Empty(_fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task A_sink_that_fails_keeps_no_other_from_its_messages()
    {
        _fixture.Q().OpenReceiver(ReceiveMode.PeekLock, new FailingSink()).Value.AddCredit(1);
        var other = _fixture.Listen(credit: 1);

        await Assert.ThrowsAsync<AggregateException>(() => _fixture.Q().SendAsync([Message("1"), Message("2")]));

        Assert.Equal(["2"], other.Bodies);
        await _fixture.SendAsync(Message("3"));
        other.Receiver.AddCredit(1);
        Assert.Equal(["2", "3"], other.Bodies);
    }

    [Fact]
    public async Task A_closed_receiver_leaves_the_line_at_once()
    {
        var first = _fixture.Listen(credit: 1);
        for (var index = 0; index < 100; index++)
        {
            _fixture.Listen(credit: 1).Receiver.Close();
        }

        var last = _fixture.Listen(credit: 1);
        await _fixture.SendAsync(Message("1"), Message("2"));

        Assert.Equal(["1"], first.Bodies);
        Assert.Equal(["2"], last.Bodies);
        Assert.Null(first.Receiver.Place);
    }

    [Fact]
    public void Receivers_are_bounded()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q")] }, new BrokerOptions { MaxReceiversPerEntity = 1 });
        var sink = fixture.Listen(credit: 0);

        var refused = fixture.Q().OpenReceiver(ReceiveMode.PeekLock, new RecordingSink());
        sink.Receiver.Close();

        Assert.Equal(BrokerErrorCode.QuotaExceeded, refused.Error?.Code);
        Assert.True(fixture.Q().OpenReceiver(ReceiveMode.PeekLock, new RecordingSink()).IsSuccess);
    }

    [Fact]
    public async Task A_pull_takes_what_is_there_and_leaves_the_rest_unlocked()
    {
        await _fixture.SendAsync(Message("1"), Message("2"), Message("3"));
        var pull = PullReceiver.Open(_fixture.Q(), ReceiveMode.PeekLock).Value;

        var deliveries = (await pull.ReceiveAsync(2, TimeSpan.FromSeconds(5), CancellationToken.None)).Value;

        Assert.Equal(["1", "2"], Bodies(deliveries));
        Assert.Equal(1, _fixture.Q().Count().Available);
    }

    [Fact]
    public async Task A_pull_waits_for_the_first_message_and_no_longer_than_its_time()
    {
        var pull = PullReceiver.Open(_fixture.Q(), ReceiveMode.PeekLock).Value;
        var first = pull.ReceiveAsync(2, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.False(first.IsCompleted);
        await _fixture.SendAsync(Message("1"));
        Assert.Equal(["1"], Bodies((await first).Value));

        var second = pull.ReceiveAsync(2, TimeSpan.FromSeconds(5), CancellationToken.None);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty((await second).Value);
        await _fixture.SendAsync(Message("2"));
        Assert.Equal(1, _fixture.Q().Count().Available);
    }

    [Fact]
    public async Task A_pull_ends_when_its_caller_gives_up_or_the_session_is_lost()
    {
        using var fixture = WithSessions();
        using var cancellation = new CancellationTokenSource();
        var lease = await fixture.AcceptAsync("a");
        var pull = PullReceiver.Open(lease, ReceiveMode.PeekLock).Value;
        var cancelled = pull.ReceiveAsync(1, TimeSpan.FromMinutes(5), cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Equal(BrokerErrorCode.OperationCancelled, (await cancelled).Error?.Code);

        var lost = pull.ReceiveAsync(1, TimeSpan.FromMinutes(5), CancellationToken.None);
        fixture.Clock.Advance(LockDuration);

        Assert.Equal(BrokerErrorCode.SessionLockLost, (await lost).Error?.Code);
    }

    public void Dispose() => _fixture.Dispose();

    private sealed class ClosingSink : IDeliverySink
    {
        public List<Delivery> Deliveries { get; } = [];

        public MessageReceiver Receiver { get; set; } = null!;

        public void OnDelivery(Delivery delivery)
        {
            Deliveries.Add(delivery);
            Receiver.Close();
        }

        public void OnDrained() => Assert.Fail("Nobody drained.");

        public void OnClosed(BrokerError error) => Assert.Fail("The owner closed it.");
    }

    private sealed class CompletingSink(MessageQueue queue) : IDeliverySink
    {
        public int Completed { get; private set; }

        public void OnDelivery(Delivery delivery)
        {
            Assert.Null(Done.Of(queue.SettleAsync(delivery.LockToken, new Settlement.Complete())));
            Completed++;
        }

        public void OnDrained() => Assert.Fail("Nobody drained.");

        public void OnClosed(BrokerError error) => Assert.Equal(BrokerErrorCode.OperationCancelled, error.Code);
    }

    private sealed class FailingSink : IDeliverySink
    {
        public void OnDelivery(Delivery delivery) => throw new InvalidOperationException("A fault of the sink's.");

        public void OnDrained() => Assert.Fail("Nobody drained.");

        public void OnClosed(BrokerError error) => Assert.Equal(BrokerErrorCode.OperationCancelled, error.Code);
    }
}
