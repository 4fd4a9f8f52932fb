using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class SubscriptionRulesTests : IDisposable
{
    private readonly JournalFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_rule_added_counts_for_what_comes_after_it()
    {
        using var fixture = new BrokerFixture(Namespace(Rule("red", "color = 'red'")));
        await fixture.SendToAsync("t", Colored("blue"));

        Assert.Null(await RulesOf(fixture.Broker).AddAsync(Rule("blue", "color = 'blue'")));
        await fixture.SendToAsync("t", Colored("blue"), Colored("red"), Colored("green"));

        Assert.Equal(["blue", "red"], fixture.Q("t/Subscriptions/s").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task Without_its_default_rule_a_subscription_takes_nothing_until_it_has_another()
    {
        using var fixture = new BrokerFixture(Namespace());
        var rules = RulesOf(fixture.Broker);
        Assert.Equal([RuleDefinition.Default], rules.List(0, 10));

        Assert.Null(await rules.RemoveAsync("$default"));
        await fixture.SendToAsync("t", Colored("lost"));
        Assert.Null(await rules.AddAsync(Rule("all", "1=1")));
        await fixture.SendToAsync("t", Colored("kept"));

        Assert.Equal(["kept"], fixture.Q("t/Subscriptions/s").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task Names_are_taken_in_any_case_and_free_again_after_removal()
    {
        using var fixture = new BrokerFixture(Namespace(Rule("red", "color = 'red'")));
        var rules = RulesOf(fixture.Broker);

        Assert.Equal(BrokerErrorCode.AlreadyExists, (await rules.AddAsync(Rule("RED", "1=1")))?.Code);
        Assert.Equal(BrokerErrorCode.NotFound, (await rules.RemoveAsync("blue"))?.Code);
        Assert.Null(await rules.RemoveAsync("Red"));
        Assert.Null(await rules.AddAsync(Rule("RED", "1=1")));

        Assert.Equal(["RED"], rules.List(0, 10).Select(rule => rule.Name));
    }

    [Theory]
    [InlineData("", BrokerErrorCode.ArgumentOutOfRange)]
    [InlineData("123456789012345678901234567890123456789012345678901", BrokerErrorCode.ArgumentOutOfRange)]
    [InlineData("a/b", BrokerErrorCode.ArgumentError)]
    [InlineData("a@b", BrokerErrorCode.ArgumentError)]
    public async Task A_name_that_no_rule_may_have_is_refused(string name, BrokerErrorCode expected)
    {
        using var fixture = new BrokerFixture(Namespace());

        Assert.Equal(expected, (await RulesOf(fixture.Broker).AddAsync(Rule(name, "1=1")))?.Code);
    }

    [Fact]
    public async Task Filters_of_a_topic_are_bounded_over_all_its_subscriptions()
    {
        var options = new BrokerOptions { MaxSqlFiltersPerTopic = 2, MaxCorrelationFiltersPerTopic = 1 };
        using var fixture = new BrokerFixture(Namespace(Rule("1", "a = 1")), options);
        var (rules, others) = (RulesOf(fixture.Broker), RulesOf(fixture.Broker, "other"));

        Assert.Null(await others.AddAsync(Rule("2", "a = 2")));
        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await rules.AddAsync(Rule("3", "a = 3")))?.Code);
        Assert.Null(await rules.AddAsync(Correlation("4")));
        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await others.AddAsync(Correlation("5")))?.Code);
        Assert.Null(await others.AddAsync(Rule("6", "1=1")));
        Assert.Null(await others.RemoveAsync("2"));
        Assert.Null(await rules.AddAsync(Rule("3", "a = 3")));
    }

    [Fact]
    public async Task Rules_are_counted_against_the_brokers_memory()
    {
        using var fixture = new BrokerFixture(Namespace(), new BrokerOptions { MaxTotalBytes = 4_000 });
        var rules = RulesOf(fixture.Broker);
        var count = 0;
        BrokerErrorCode? error = null;
        while (error is null && count < 100)
        {
            error = (await rules.AddAsync(Rule($"{++count}", "a = 1")))?.Code;
        }

        Assert.Equal(BrokerErrorCode.QuotaExceeded, error);
        Assert.InRange(count, 2, 10);
    }

    [Fact]
    public async Task Pages_of_rules_follow_on_each_other()
    {
        using var fixture = new BrokerFixture(Namespace(Rule("a", "a = 1"), Rule("b", "a = 2"), Rule("c", "a = 3")));
        var rules = RulesOf(fixture.Broker);

        Assert.Equal(["a", "b"], rules.List(0, 2).Select(rule => rule.Name));
        Assert.Equal(["c"], rules.List(2, 2).Select(rule => rule.Name));
        Assert.Empty(rules.List(3, 2));
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData(64 * 1024 * 1024)]
    [InlineData(1)]
    public async Task Changed_rules_survive_a_restart_with_and_without_compaction(long compactAtBytes)
    {
        var definition = Namespace(Rule("red", "color = 'red'"), Rule("blue", "color = 'blue'"));
        IReadOnlyList<RuleDefinition> before;
        await using (var durable = await _folder.OpenAsync(definition, _clock, compactAtBytes))
        {
            var rules = RulesOf(durable.Broker);
            Assert.Null(await rules.RemoveAsync("red"));
            Assert.Null(await rules.AddAsync(Rule("green", "color = 'green'")));
            Assert.Null(await rules.AddAsync(Rule("gone", "color = 'gone'")));
            Assert.Null(await rules.RemoveAsync("gone"));
            await durable.FlushAsync();
            before = rules.List(0, 10);
        }

        await using var again = await _folder.OpenAsync(definition, _clock, compactAtBytes);

        Assert.Equal(["blue", "green"], before.Select(rule => rule.Name));
        Assert.Equal(before, RulesOf(again.Broker).List(0, 10));
        Assert.True(again.Broker.TryFind("t", out var topic));
        Assert.Null(await topic.SendAsync([Colored("red"), Colored("green")]));
        Assert.True(again.Broker.TryFind("t/Subscriptions/s", out var subscription));
        Assert.Equal(["green"], ((MessageQueue)subscription).Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task A_changed_configuration_takes_effect_under_what_was_changed_at_run_time()
    {
        await using (var durable = await _folder.OpenAsync(Namespace(Rule("a", "x = 1"), Rule("b", "x = 2")), _clock))
        {
            Assert.Null(await RulesOf(durable.Broker).RemoveAsync("a"));
            Assert.Null(await RulesOf(durable.Broker).AddAsync(Rule("mine", "x = 3")));
        }

        var changed = Namespace(Rule("a", "x = 1"), Rule("new", "x = 4"), Rule("mine", "x = 5"));
        await using var again = await _folder.OpenAsync(changed, _clock);

        Assert.Equal([Rule("new", "x = 4"), Rule("mine", "x = 3")], RulesOf(again.Broker).List(0, 10));
    }

    [Fact]
    public async Task Rules_of_a_subscription_that_is_gone_are_left_out_with_a_line()
    {
        await using (var durable = await _folder.OpenAsync(Namespace(), _clock))
        {
            Assert.Null(await RulesOf(durable.Broker).AddAsync(Rule("mine", "x = 3")));
        }

        await using var again = await _folder.OpenAsync(new NamespaceDefinition(), _clock);

        Assert.Equal(["The rules of 't/Subscriptions/s' are left out: it is no longer configured."], again.ReplayNotes);
    }

    [Fact]
    public void Queues_and_dead_letter_queues_have_no_rules()
    {
        using var fixture = new BrokerFixture(Namespace() with { Queues = [Queue("q")] });

        Assert.Null(fixture.Q().Rules);
        Assert.Null(fixture.Q("t/Subscriptions/s/$deadletterqueue").Rules);
    }

    public void Dispose() => _folder.Dispose();

    private static NamespaceDefinition Namespace(params RuleDefinition[] rules) => new()
    {
        Topics =
        [
            new TopicDefinition
            {
                Name = "t",
                Subscriptions =
                [
                    new SubscriptionDefinition(Queue("s"), rules),
                    new SubscriptionDefinition(Queue("other"), []),
                ],
            },
        ],
    };

    private static RuleDefinition Rule(string name, string expression) =>
        MessageFilter.TryParseSql(expression, out var filter, out var error)
            ? new RuleDefinition(name, filter)
            : throw new ArgumentException(error);

    private static RuleDefinition Correlation(string name) => new(name, new MessageFilter.Correlation { Subject = name });

    private static BrokerMessage Colored(string color) => Message(color) with
    {
        ApplicationProperties = new Dictionary<string, object?> { ["color"] = color },
    };

    private static SubscriptionRules RulesOf(MessageBroker broker, string subscription = "s") =>
        broker.TryFind($"t/Subscriptions/{subscription}", out var entity)
            ? ((MessageQueue)entity).Rules!
            : throw new ArgumentException(subscription);
}
