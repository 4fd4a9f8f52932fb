using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>A subscription's rules, changed at run time by requests as SDKs make them.</summary>
public sealed class RuleTests
{
    private const string Prefix = "com.microsoft:";
    private const ulong TrueFilter = 0x0000_0013_7000_0007;
    private const ulong SqlFilter = 0x0000_0013_7000_0006;
    private const ulong CorrelationFilter = 0x0000_0013_7000_0009;

    [Fact]
    [Feature("Management", "Rules: add, remove, list")]
    public async Task Rules_are_listed_under_the_services_descriptors()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);
        var first = await AddAsync(management, "sql", Sql("sys.Label = 'a'"));
        Assert.Equal(200, first.ApplicationProperties["statusCode"]);
        await AddAsync(management, "correlation", new Map
        {
            {
                "correlation-filter", new Map
                {
                    { "label", "b" },
                    { "content-type", null },
                    { "properties", new Map { { "size", 7 } } },
                }
            },
        });

        var rules = await ListAsync(management, 0, 10);

        Assert.Equal(["$Default", "sql", "correlation"], rules.Select(rule => rule.Name));
        Assert.Equal([TrueFilter, SqlFilter, CorrelationFilter], rules.Select(rule => rule.Filter.Descriptor));
        Assert.Equal(["sys.Label = 'a'"], (List)rules[1].Filter.Value);
        var fields = (List)rules[2].Filter.Value;
        Assert.Equal([null, null, null, null, "b", null, null, null], fields.Take(8));
        Assert.Equal(7, ((Map)fields[8])["size"]);
    }

    [Fact]
    public async Task Pages_of_rules_end_with_no_content()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);
        await AddAsync(management, "second", Sql("1 = 0"));

        Assert.Equal(["second"], (await ListAsync(management, 1, 10)).Select(rule => rule.Name));
        Assert.Equal(["$Default"], (await ListAsync(management, 0, 1)).Select(rule => rule.Name));
        var end = await management.ManageAsync(Prefix + "enumerate-rules", new Map { { "skip", 2 }, { "top", 10 } });
        Assert.Equal(204, end.ApplicationProperties["statusCode"]);
    }

    [Fact]
    [Feature("Topics", "SQL filters",
        Support = FeatureSupport.Different,
        Note = "Where the service would fail to evaluate a filter (types that do not go together, whole numbers divided "
            + "by zero) the result is unknown: the message does not match, and it is not dead-lettered.")]
    public async Task A_sql_filter_decides_by_the_properties_of_each_message()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await emulator.OpenSessionAsync();
        var management = new RequestClient(session, EmulatorFixture.Subscription + "/$management");
        await AddAsync(management, "large", Sql("sys.Label LIKE 'ord%' AND Size * 2 >= 20 AND color NOT IN ('blue')"));
        await RemoveAsync(management, "$Default");
        var sender = new SenderLink(session, "s", EmulatorFixture.Topic);

        foreach (var (id, size, color) in new[] { ("small", 9, "red"), ("blue", 10, "blue"), ("match", 10, "red") })
        {
            var message = EmulatorFixture.Text(id);
            message.Properties.Subject = "order";
            message.ApplicationProperties = new ApplicationProperties { ["size"] = size, ["Color"] = color };
            await sender.SendAsync(message, EmulatorFixture.Patience);
        }

        var held = emulator.QueueNamed(EmulatorFixture.Subscription).Peek(0, 10, null);
        Assert.Equal(["match"], held.Select(message => message.Message.MessageId));
    }

    [Fact]
    public async Task A_rule_that_is_there_is_answered_409_and_one_that_is_not_404()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);

        var again = await AddAsync(management, "$DEFAULT", Sql("1=1"));
        var missing = await RemoveAsync(management, "missing");

        Expect(again, 409, "com.microsoft:entity-already-exists", "already exists");
        Expect(missing, 404, "amqp:not-found", "The messaging entity");
    }

    [Theory]
    [InlineData("color = = 'red'", "line 1, column 9")]
    [InlineData("color", "a predicate is expected")]
    [InlineData("sys.Colour = 'red'", "no system property Colour")]
    [InlineData("color = @color", "@color")]
    public async Task A_sql_filter_that_is_none_is_answered_400_with_the_place(string expression, string reason)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);

        Expect(await AddAsync(management, "bad", Sql(expression)), 400, "com.microsoft:argument-error", reason);
    }

    [Fact]
    public async Task Descriptions_that_make_no_sense_are_answered_400()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);
        var both = Sql("1=1");
        both.Add("correlation-filter", new Map { { "label", "a" } });

        foreach (var description in new[]
        {
            new Map(), both,
            new Map { { "sql-filter", new Map() } },
            new Map { { "correlation-filter", new Map { { "label", null } } } },
        })
        {
            Assert.Equal(400, (await AddAsync(management, "bad", description)).ApplicationProperties["statusCode"]);
        }

        var name = await management.ManageAsync(Prefix + "add-rule", new Map { { "rule-description", Sql("1=1") } });
        Assert.Equal(400, name.ApplicationProperties["statusCode"]);
        Assert.Single(await ListAsync(management, 0, 10));
    }

    [Fact]
    [Feature("Not supported", "SQL actions",
        Support = FeatureSupport.Missing,
        Note = "A rule with an action is answered 501; in the configuration it stops the start by name.")]
    public async Task A_rule_with_an_action_is_refused_by_name()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);
        var description = Sql("1=1");
        description.Add("sql-rule-action", new Map { { "expression", "SET a = 1" } });

        Expect(await AddAsync(management, "acting", description), 501, "amqp:not-implemented", "SQL actions");
    }

    [Fact]
    public async Task A_rule_whose_action_says_nothing_is_a_filter()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = await ManageAsync(emulator);
        var description = Sql("color = 'red'");
        description.Add("sql-rule-action", new Map { { "expression", "" } });

        var added = await AddAsync(management, "idle", description);

        Assert.Equal(200, added.ApplicationProperties["statusCode"]);
        Assert.Equal(["$Default", "idle"], (await ListAsync(management, 0, 10)).Select(rule => rule.Name));
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("events/Subscriptions/audit/$deadletterqueue")]
    public async Task Only_subscriptions_have_rules(string entity)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var management = new RequestClient(await emulator.OpenSessionAsync(), entity + "/$management");

        Expect(await AddAsync(management, "r", Sql("1=1")), 403, "amqp:not-allowed", "no subscription");
    }

    internal static Task<Message> AddAsync(RequestClient management, string name, Map description) =>
        management.ManageAsync(
            Prefix + "add-rule", new Map { { "rule-name", name }, { "rule-description", description } });

    internal static Task<Message> RemoveAsync(RequestClient management, string name) =>
        management.ManageAsync(Prefix + "remove-rule", new Map { { "rule-name", name } });

    internal static Map Sql(string expression) =>
        new() { { "sql-filter", new Map { { "expression", expression } } } };

    internal static async Task<IReadOnlyList<(string Name, DescribedValue Filter)>> ListAsync(
        RequestClient management, int skip, int top)
    {
        var answer = await management.ManageAsync(
            Prefix + "enumerate-rules", new Map { { "skip", skip }, { "top", top } });
        Assert.Equal(200, answer.ApplicationProperties["statusCode"]);
        return
        [
            .. ((List)((Map)answer.Body)["rules"]).Cast<Map>()
                .Select(item => (DescribedValue)item["rule-description"])
                .Select(rule => (List)rule.Value)
                .Select(rule => ((string)rule[2], (DescribedValue)rule[0])),
        ];
    }

    private static async Task<RequestClient> ManageAsync(EmulatorFixture emulator) =>
        new(await emulator.OpenSessionAsync(), EmulatorFixture.Subscription + "/$management");

    private static void Expect(Message answer, int status, string condition, string reason)
    {
        Assert.Equal(status, answer.ApplicationProperties["statusCode"]);
        Assert.Equal(condition, answer.ApplicationProperties["errorCondition"].ToString());
        Assert.Contains(reason, (string)answer.ApplicationProperties["statusDescription"], StringComparison.Ordinal);
    }
}
