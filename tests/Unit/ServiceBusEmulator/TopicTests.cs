using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class TopicTests
{
    [Fact]
    public async Task Each_subscription_gets_its_own_copy_under_its_own_number()
    {
        using var fixture = WithTopic(Subscription("all"), Subscription("red", Subject("red")));
        await fixture.SendToAsync("t", Message("1"), Message("2") with { Subject = "red" });

        Assert.Equal([(1L, 1L), (2L, 2L)], Numbers(fixture, "t/subscriptions/all"));
        Assert.Equal([(1L, 2L)], Numbers(fixture, "t/Subscriptions/red"));
        await fixture.ReceiveAsync(5, "t/Subscriptions/red", ReceiveMode.ReceiveAndDelete);
        Assert.Equal(2, fixture.Q("t/Subscriptions/all").Count().Available);
    }

    [Fact]
    public async Task A_message_that_no_rule_takes_is_accepted_and_gone()
    {
        using var fixture = WithTopic(Subscription("red", Subject("red")), Subscription("none", new MessageFilter.None()));

        await fixture.SendToAsync("t", Message("1"));

        Assert.Empty(Numbers(fixture, "t/Subscriptions/red"));
        Assert.Empty(Numbers(fixture, "t/Subscriptions/none"));
    }

    [Fact]
    public async Task Several_matching_rules_make_one_copy()
    {
        using var fixture = WithTopic(Subscription("s", Subject("red"), new MessageFilter.All()));

        await fixture.SendToAsync("t", Message("1") with { Subject = "red" });

        Assert.Single(Numbers(fixture, "t/Subscriptions/s"));
    }

    public static TheoryData<MessageFilter.Correlation, bool> Filters => new()
    {
        { new MessageFilter.Correlation(), true },
        { new MessageFilter.Correlation { CorrelationId = "c", MessageId = "m", To = "to", ReplyTo = "r" }, true },
        { new MessageFilter.Correlation { Subject = "s", SessionId = "se", ReplyToSessionId = "rs", ContentType = "ct" }, true },
        { new MessageFilter.Correlation { CorrelationId = "C" }, false },
        { new MessageFilter.Correlation { MessageId = "x" }, false },
        { new MessageFilter.Correlation { To = "x" }, false },
        { new MessageFilter.Correlation { ReplyTo = "x" }, false },
        { new MessageFilter.Correlation { Subject = "x" }, false },
        { new MessageFilter.Correlation { SessionId = "x" }, false },
        { new MessageFilter.Correlation { ReplyToSessionId = "x" }, false },
        { new MessageFilter.Correlation { ContentType = "x" }, false },
        { Property("int", 7L), true },
        { Property("int", 8L), false },
        { Property("int", "7"), false },
        { Property("half", 0.5), true },
        { Property("text", "t"), true },
        { Property("flag", true), true },
        { Property("none", null), true },
        { Property("text", null), false },
        { Property("missing", null), false },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_correlation_filter_matches_when_every_field_given_is_equal(MessageFilter.Correlation filter, bool isMatch)
    {
        using var fixture = WithTopic(Subscription("s", filter));
        await fixture.SendToAsync("t", Message("1", "se") with
        {
            CorrelationId = "c",
            MessageId = "m",
            To = "to",
            ReplyTo = "r",
            Subject = "s",
            ReplyToSessionId = "rs",
            ContentType = "ct",
            ApplicationProperties = new Dictionary<string, object?>
            {
                ["int"] = 7,
                ["half"] = 0.5f,
                ["text"] = "t",
                ["flag"] = true,
                ["none"] = null,
            },
        });

        Assert.Equal(isMatch ? 1 : 0, Numbers(fixture, "t/Subscriptions/s").Count());
    }

    [Fact]
    public async Task A_topic_drops_duplicates_for_all_its_subscriptions()
    {
        using var fixture = WithTopic(topic => topic with { RequiresDuplicateDetection = true }, Subscription("s"));

        await fixture.SendToAsync("t", Message("1") with { MessageId = "id" }, Message("2") with { MessageId = "id" });

        Assert.Equal(["1"], fixture.Q("t/Subscriptions/s").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task A_scheduled_message_waits_in_the_topic_and_can_be_cancelled_there()
    {
        using var fixture = WithTopic(Subscription("a"), Subscription("b"));
        var due = fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(10);
        var topic = fixture.Entity("t");
        var numbers = (await topic.ScheduleAsync(
            [Message("1") with { ScheduledEnqueueTime = due }, Message("2") with { ScheduledEnqueueTime = due }])).Value;
        Assert.Null(await topic.CancelScheduledAsync([numbers[0]]));
        Assert.Empty(Numbers(fixture, "t/Subscriptions/a"));

        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["2"], fixture.Q("t/Subscriptions/a").Peek(0, 10, null).Select(Body));
        Assert.Equal(["2"], fixture.Q("t/Subscriptions/b").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task A_subscription_that_nobody_reads_fills_the_topic()
    {
        using var fixture = WithTopic(topic => topic with { MaxSizeBytes = 10 }, Subscription("a"), Subscription("b"));
        await fixture.SendToAsync("t", Message("12345"));
        await fixture.ReceiveAsync(1, "t/Subscriptions/a", ReceiveMode.ReceiveAndDelete);

        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await fixture.Entity("t").SendAsync([Message("123")]))?.Code);
        await fixture.SendToAsync("t", Message("12"));
    }

    [Fact]
    public async Task A_subscription_with_sessions_dead_letters_what_has_none()
    {
        using var fixture = WithTopic(new SubscriptionDefinition(Queue("s", queue => queue with { RequiresSession = true }), []));

        await fixture.SendToAsync("t", Message("1"), Message("2", "a"));

        Assert.Equal("a", (await fixture.AcceptAsync(null, "t/Subscriptions/s")).SessionId);
        var dead = Assert.Single(fixture.Q("t/Subscriptions/s/$deadletterqueue").Peek(0, 10, null));
        Assert.Equal(("1", "Session ID is null."), (Body(dead), dead.DeadLetterReason));
    }

    [Fact]
    public async Task A_topics_default_life_holds_in_its_subscriptions()
    {
        using var fixture = WithTopic(
            topic => topic with { DefaultMessageTimeToLive = TimeSpan.FromSeconds(10) }, Subscription("s"));
        await fixture.SendToAsync("t", Message("1"));

        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(Numbers(fixture, "t/Subscriptions/s"));
    }

    [Fact]
    public async Task Nothing_can_be_sent_to_a_subscription()
    {
        using var fixture = WithTopic(Subscription("s"));

        Assert.Equal(BrokerErrorCode.NotAllowed, (await fixture.Entity("t/Subscriptions/s").SendAsync([Message("1")]))?.Code);
    }

    private static BrokerFixture WithTopic(params SubscriptionDefinition[] subscriptions) =>
        WithTopic(topic => topic, subscriptions);

    private static BrokerFixture WithTopic(
        Func<TopicDefinition, TopicDefinition> change, params SubscriptionDefinition[] subscriptions) =>
        new(new NamespaceDefinition { Topics = [change(new TopicDefinition { Name = "t", Subscriptions = subscriptions })] });

    private static SubscriptionDefinition Subscription(string name, params MessageFilter[] filters) =>
        new(Queue(name), [.. filters.Select((filter, index) => new RuleDefinition($"r{index}", filter))]);

    private static MessageFilter.Correlation Subject(string subject) => new() { Subject = subject };

    private static MessageFilter.Correlation Property(string name, object? value) =>
        new() { Properties = new Dictionary<string, object?> { [name] = value } };

    private static IEnumerable<(long Number, long EnqueuedNumber)> Numbers(BrokerFixture fixture, string address) =>
        fixture.Q(address).Peek(0, 10, null).Select(message => (message.SequenceNumber, message.EnqueuedSequenceNumber));
}
