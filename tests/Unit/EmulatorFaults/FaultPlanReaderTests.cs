using ServerlessGateway.Emulators.Faults;
using static ServerlessGateway.Unit.Tests.EmulatorFaults.Kinds;

namespace ServerlessGateway.Unit.Tests.EmulatorFaults;

public sealed class FaultPlanReaderTests
{
    [Fact]
    public void A_rule_says_everything_it_may()
    {
        var rule = Read("""
            {"rules":[{"kind":"lose","target":{"user":"ada*","path":"/x","type":"b"},"count":3,"rate":0.25,"after":10,"seed":-4}]}
            """).Rules.Single();

        Assert.Same(Lose, rule.Kind);
        Assert.Equal(["path:/x", "type:b", "user:ada*"], rule.Target.Select(pair => $"{pair.Key}:{pair.Value}").Order());
        Assert.Equal((3L, 0.25, 10L, -4L), (rule.Count!.Value, rule.Rate, rule.After, rule.Seed));
    }

    [Fact]
    public void What_a_rule_does_not_say_has_its_default()
    {
        var rules = Read("""{"rules":[{"kind":"lose"},{"kind":"slow"},{"kind":"refuse"},{"kind":"cut"}]}""").Rules;

        Assert.All(rules, rule => Assert.Equal((null, 1.0, 0L, 0), (rule.Count, rule.Rate, rule.After, rule.Target.Count)));
        Assert.Equal(TimeSpan.FromSeconds(1), rules[1].Delay);
        Assert.Equal(503, rules[2].Status);
        Assert.Null(rules[2].RetryAfterSeconds);
        Assert.Equal((TimeSpan.Zero, null), (rules[3].Delay, rules[3].Every));
    }

    [Fact]
    public void Kinds_have_settings_of_their_own()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(5), Read("""{"kind":"slow","delayMs":5}""").Rules[0].Delay);
        var refusal = Read("""{"kind":"refuse","status":429,"retryAfterSeconds":2}""").Rules[0];
        Assert.Equal((429, 2), (refusal.Status, refusal.RetryAfterSeconds));
        Assert.Equal(TimeSpan.FromSeconds(1), Read("""{"kind":"cut","everyMs":1000}""").Rules[0].Every);
    }

    [Theory]
    [InlineData("nonsense", "NotJson", "The plan")]
    [InlineData("", "NotJson", "The plan")]
    [InlineData("null", "WrongType", "plan is null; it must be an object.")]
    [InlineData("[]", "WrongType", "plan is []")]
    [InlineData("{}", "Missing", "plan.rules is missing")]
    [InlineData("""{"rules":{}}""", "WrongType", "plan.rules is {}")]
    [InlineData("""{"rules":[],"speed":1}""", "UnknownKey", "plan.speed is not known; known are seed, rules.")]
    [InlineData("""{"rules":[],"rules":[]}""", "Duplicate", "plan.rules")]
    [InlineData("""{"rules":[{}]}""", "Missing", "rules[0].kind is missing; known are lose, slow, refuse, cut.")]
    [InlineData("""{"rules":[{"kind":"lose"},{"kind":"explode"}]}""", "UnknownKind", "rules[1].kind is explode; known are lose, slow, refuse, cut.")]
    [InlineData("""{"kind":"explode"}""", "UnknownKind", "rule.kind is explode")]
    [InlineData("""{"kind":7}""", "WrongType", "rule.kind is 7; it must be a string.")]
    [InlineData("""{"kind":"lose","delayMs":1}""", "UnknownKey", "rule.delayMs is not known; known are kind, target, count, rate, after, seed.")]
    [InlineData("""{"kind":"slow","everyMs":100}""", "UnknownKey", "rule.everyMs")]
    [InlineData("""{"kind":"lose","target":{"group":"g"}}""", "UnknownKey", "rule.target.group is not known; known are user, path, type.")]
    [InlineData("""{"kind":"refuse","target":{"user":"g"}}""", "UnknownKey", "rule.target.user is not known; no key is known here.")]
    [InlineData("""{"kind":"lose","target":"ada"}""", "WrongType", "rule.target is \"ada\"; it must be an object.")]
    [InlineData("""{"kind":"lose","target":{"user":""}}""", "OutOfRange", "rule.target.user is 0 characters long; 1 to 1024 are allowed.")]
    [InlineData("""{"kind":"lose","target":{"type":"c"}}""", "OutOfRange", "rule.target.type is c; known are a, b.")]
    [InlineData("""{"kind":"lose","rate":1.01}""", "OutOfRange", "rule.rate is 1.01; 0 to 1 is allowed.")]
    [InlineData("""{"kind":"lose","rate":-0.1}""", "OutOfRange", "rule.rate is -0.1")]
    [InlineData("""{"kind":"lose","rate":"1"}""", "WrongType", "rule.rate is \"1\"; it must be a number.")]
    [InlineData("""{"kind":"lose","count":0}""", "OutOfRange", "rule.count is 0; 1 to 1000000000 is allowed.")]
    [InlineData("""{"kind":"lose","count":1.5}""", "WrongType", "rule.count is 1.5; it must be a whole number.")]
    [InlineData("""{"kind":"lose","after":-1}""", "OutOfRange", "rule.after is -1; 0 to 1000000000 is allowed.")]
    [InlineData("""{"kind":"slow","delayMs":600001}""", "OutOfRange", "rule.delayMs is 600001; 0 to 600000 is allowed.")]
    [InlineData("""{"kind":"cut","everyMs":9}""", "OutOfRange", "rule.everyMs is 9; 10 to 3600000 is allowed.")]
    [InlineData("""{"kind":"refuse","status":200}""", "OutOfRange", "rule.status is 200; 400 to 599 is allowed.")]
    [InlineData("""{"kind":"refuse","retryAfterSeconds":-1}""", "OutOfRange", "rule.retryAfterSeconds is -1")]
    [InlineData("""{"kind":"lose","seed":1e30}""", "WrongType", "rule.seed is 1e30")]
    public void What_is_wrong_is_said_with_its_place_its_value_and_the_limit(string json, string code, string message)
    {
        var problem = Assert.Throws<FaultPlanException>(() => Read(json));

        Assert.Equal(code, problem.Code);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEqual("", problem.Limit);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public void A_plan_has_a_longest()
    {
        var rules = string.Join(',', Enumerable.Repeat("""{"kind":"lose"}""", FaultPlan.MaxRules + 1));

        var problem = Assert.Throws<FaultPlanException>(() => Read($$"""{"rules":[{{rules}}]}"""));

        Assert.Equal("plan.rules is 101 rules long; up to 100 are allowed.", problem.Message);
    }
}
