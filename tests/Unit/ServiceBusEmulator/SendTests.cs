using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class SendTests
{
    [Fact]
    public async Task Numbers_rise_by_one_from_one()
    {
        using var fixture = WithQueue();

        var numbers = (await fixture.Q().ScheduleAsync([Message("1"), Message("2")])).Value;

        Assert.Equal([1L, 2], numbers);
        Assert.All(fixture.Q().Peek(0, 10, null), message => Assert.Equal(message.SequenceNumber, message.EnqueuedSequenceNumber));
    }

    [Fact]
    public async Task A_batch_is_accepted_as_a_whole_or_not_at_all()
    {
        using var fixture = WithQueue(queue => queue with { MaxMessageBytes = 4 });

        var error = await fixture.Q().SendAsync([Message("good"), Message("too long")]);

        Assert.Equal(BrokerErrorCode.MessageSizeExceeded, error?.Code);
        Assert.Empty(fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task A_batch_of_too_many_messages_is_refused()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q")] }, new BrokerOptions { MaxBatchMessages = 2 });

        var error = await fixture.Q().SendAsync([Message("1"), Message("2"), Message("3")]);

        Assert.Equal(BrokerErrorCode.ArgumentOutOfRange, error?.Code);
    }

    [Fact]
    public async Task Ids_and_lives_outside_their_range_are_refused()
    {
        using var fixture = WithQueue();
        var longId = new string('x', 129);
        BrokerMessage[] bad =
        [
            Message("1") with { MessageId = longId },
            Message("1", longId),
            Message("1") with { TimeToLive = TimeSpan.Zero },
        ];

        foreach (var message in bad)
        {
            Assert.Equal(BrokerErrorCode.ArgumentOutOfRange, (await fixture.Q().SendAsync([message]))?.Code);
        }

        var odd = Message("1") with { ApplicationProperties = new Dictionary<string, object?> { ["p"] = new Version() } };
        Assert.Equal(BrokerErrorCode.ArgumentError, (await fixture.Q().SendAsync([odd]))?.Code);
    }

    [Fact]
    public async Task A_partition_key_is_short_and_the_sessions_own()
    {
        using var fixture = WithSessions();

        var wrong = await fixture.Q().SendAsync([Message("1", "a") with { PartitionKey = "b" }]);
        var tooLong = await fixture.Q().SendAsync([Message("1", "a") with { PartitionKey = new string('k', 129) }]);

        Assert.Equal(BrokerErrorCode.NotAllowed, wrong?.Code);
        Assert.Equal(BrokerErrorCode.ArgumentOutOfRange, tooLong?.Code);
        await fixture.SendAsync(Message("1", "a") with { PartitionKey = "a" });
    }

    [Fact]
    public async Task A_full_queue_refuses_until_something_is_removed()
    {
        using var fixture = WithQueue(queue => queue with { MaxSizeBytes = 10 });
        await fixture.SendAsync(Message("12345"), Message("67890"));
        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await fixture.Q().SendAsync([Message("x")]))?.Code);

        await fixture.ReceiveAsync(1, mode: ReceiveMode.ReceiveAndDelete);

        await fixture.SendAsync(Message("x"));
        Assert.Equal(6, fixture.Q().Count().Bytes);
    }

    [Fact]
    public async Task Dead_letters_and_session_states_count_against_the_queue()
    {
        using var fixture = WithSessions(queue => queue with { MaxSizeBytes = 10 });
        await fixture.SendAsync(Message("12345", "a"));
        var lease = await fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 1);
        await lease.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.DeadLetter(null, null));

        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await fixture.Q().SendAsync([Message("123456", "a")]))?.Code);
        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await lease.SetStateAsync(new byte[5]))?.Code);
        Assert.Null(await lease.SetStateAsync(new byte[4]));

        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await fixture.Q().SendAsync([Message("1", "a")]))?.Code);
        Assert.Null(await lease.SetStateAsync(null));
        await fixture.SendAsync(Message("12345", "a"));
    }

    [Fact]
    public async Task All_queues_together_are_bounded()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q"), Queue("r")] }, new BrokerOptions { MaxTotalBytes = 3_000 });
        await fixture.SendAsync(Message(new string('x', 2_000)));

        var error = await fixture.Q("r").SendAsync([Message("1")]);

        Assert.Equal(BrokerErrorCode.QuotaExceeded, error?.Code);
        await fixture.ReceiveAsync(1, mode: ReceiveMode.ReceiveAndDelete);
        await fixture.SendToAsync("r", Message("1"));
    }

    [Fact]
    public async Task Peek_goes_on_from_a_number_whatever_the_state_and_of_one_session_if_asked()
    {
        using var fixture = WithSessions();
        await fixture.SendAsync(Message("1", "a"), Message("2", "b"), Message("3", "a"), Message("4", "a"));
        Listen(await fixture.AcceptAsync("a"), credit: 1);

        Assert.Equal(["2", "3"], fixture.Q().Peek(2, 2, null).Select(Body));
        Assert.Equal(["1", "3", "4"], fixture.Q().Peek(0, 10, "a").Select(Body));
        Assert.Empty(fixture.Q().Peek(5, 10, null));
    }
}
