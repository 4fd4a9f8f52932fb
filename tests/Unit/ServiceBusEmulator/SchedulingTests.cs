using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class SchedulingTests : IDisposable
{
    private readonly BrokerFixture _fixture = WithQueue(queue => queue with { RequiresDuplicateDetection = true });

    [Fact]
    public async Task A_scheduled_message_comes_at_its_time_with_a_new_number()
    {
        await _fixture.SendAsync(In(10, "later"), Message("now"));
        var sink = _fixture.Listen(credit: 10);
        Assert.Equal(["now"], sink.Bodies);

        _fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["now", "later"], sink.Bodies);
        Assert.Equal([2L, 3], sink.Deliveries.Select(delivery => delivery.Message.SequenceNumber));
        Assert.Equal(_fixture.Clock.GetUtcNow(), sink.Deliveries[1].Message.EnqueuedTime);
    }

    [Fact]
    public async Task Scheduled_messages_are_peeked_as_such()
    {
        var numbers = (await _fixture.Q().ScheduleAsync([In(10, "a"), In(5, "b")])).Value;

        Assert.Equal([1L, 2], numbers);
        Assert.All(_fixture.Q().Peek(0, 10, null), message => Assert.Equal(MessageState.Scheduled, message.State));
        Assert.Equal(2, _fixture.Q().Count().Scheduled);
    }

    [Fact]
    public async Task They_come_in_the_order_of_their_times()
    {
        await _fixture.SendAsync(In(10, "b"), In(5, "a"), In(10, "c"));
        var sink = _fixture.Listen(credit: 10);

        _fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["a", "b", "c"], sink.Bodies);
    }

    [Fact]
    public async Task A_cancelled_message_never_comes()
    {
        var numbers = (await _fixture.Q().ScheduleAsync([In(10, "a"), In(10, "b")])).Value;

        Assert.Null(await _fixture.Q().CancelScheduledAsync([numbers[0]]));
        _fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["b"], Bodies(await _fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task Cancelling_is_all_or_nothing()
    {
        var numbers = (await _fixture.Q().ScheduleAsync([In(10, "a")])).Value;

        var error = await _fixture.Q().CancelScheduledAsync([numbers[0], 99]);

        Assert.Equal(BrokerErrorCode.MessageNotFound, error?.Code);
        Assert.Equal(1, _fixture.Q().Count().Scheduled);
    }

    [Fact]
    public async Task What_is_active_cannot_be_cancelled()
    {
        var numbers = (await _fixture.Q().ScheduleAsync([Message("now")])).Value;

        Assert.Equal(BrokerErrorCode.MessageNotFound, (await _fixture.Q().CancelScheduledAsync(numbers))?.Code);
    }

    [Fact]
    public async Task A_scheduled_message_counts_as_seen_from_its_scheduling_and_is_no_duplicate_of_itself()
    {
        await _fixture.SendAsync(In(10, "later") with { MessageId = "id" });
        await _fixture.SendAsync(Message("duplicate") with { MessageId = "id" });

        _fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["later"], Bodies(await _fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task Its_life_begins_when_it_comes()
    {
        await _fixture.SendAsync(In(100, "later") with { TimeToLive = TimeSpan.FromSeconds(10) });

        _fixture.Clock.Advance(TimeSpan.FromSeconds(100));
        _fixture.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(["later"], _fixture.Q().Peek(0, 10, null).Select(Body));
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(_fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task A_scheduled_session_message_makes_its_session_available_when_it_comes()
    {
        using var fixture = WithSessions();
        await fixture.SendAsync(Message("1", "a") with { ScheduledEnqueueTime = fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(5) });
        Assert.Equal(BrokerErrorCode.Timeout, await fixture.AcceptErrorAsync(null));

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("a", (await fixture.AcceptAsync(null)).SessionId);
    }

    public void Dispose() => _fixture.Dispose();

    private BrokerMessage In(int seconds, string body) =>
        Message(body) with { ScheduledEnqueueTime = _fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds) };
}
