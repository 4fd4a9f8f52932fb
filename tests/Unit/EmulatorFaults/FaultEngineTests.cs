using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Emulators.Faults;
using static ServerlessGateway.Unit.Tests.EmulatorFaults.Kinds;

namespace ServerlessGateway.Unit.Tests.EmulatorFaults;

public sealed class FaultEngineTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Rules_decide_the_same_whatever_stands_beside_them()
    {
        await using var alone = new FaultEngine(_clock);
        await using var beside = new FaultEngine(_clock);
        const string rule = """{"kind":"lose","target":{"user":"ada"},"rate":0.3,"seed":7}""";
        await alone.ReplaceAsync(Read(rule));
        await beside.ReplaceAsync(Read($$"""{"rules":[{"kind":"lose","rate":0.9,"seed":1},{{rule}},{"kind":"slow"}]}"""));

        for (var occasion = 0; occasion < 300; occasion++)
        {
            FaultSubject subject = new() { { "user", occasion % 2 == 0 ? "ada" : "bob" } };
            alone.Strike(Lose, subject);
            beside.Strike(Slow, subject);
            beside.Strike(Lose, subject);
        }

        var expected = alone.Report()[0];
        Assert.Equal((expected.Considered, expected.Applied), (beside.Report()[1].Considered, beside.Report()[1].Applied));
        Assert.Equal(150, expected.Considered);
        Assert.InRange(expected.Applied, 20, 70);
    }

    [Fact]
    public void Each_rule_of_a_plan_has_dice_of_its_own_that_come_from_the_plans_seed() =>
        Gen.Long.Sample(seed =>
        {
            var plan = Read($$"""{"seed":{{seed}},"rules":[{"kind":"lose","rate":0.5},{"kind":"lose","rate":0.5}]}""");
            var again = Read($$"""{"seed":{{seed}},"rules":[{"kind":"lose","rate":0.5}]}""");

            Assert.NotEqual(plan.Rules[0].Seed, plan.Rules[1].Seed);
            Assert.Equal(plan.Rules[0].Seed, again.Rules[0].Seed);
            Assert.NotEqual(Decide(new ActiveRule(plan.Rules[0]), 100), Decide(new ActiveRule(plan.Rules[1]), 100));
        });

    [Fact]
    public async Task The_first_rule_that_strikes_gives_its_settings_and_the_others_count_too()
    {
        await using var engine = new FaultEngine(_clock);
        await engine.ReplaceAsync(Read("""
            {"rules":[{"kind":"refuse","status":429,"count":1},{"kind":"refuse","status":500,"count":2},{"kind":"slow"}]}
            """));

        Assert.Equal(429, engine.Strike(Refuse, [])!.Status);
        Assert.Equal(500, engine.Strike(Refuse, [])!.Status);
        Assert.Null(engine.Strike(Refuse, []));
        Assert.Equal([1L, 2L, 0L], engine.Report().Select(rule => rule.Applied));
    }

    [Fact]
    public async Task Replacing_ends_what_was_and_adding_keeps_it()
    {
        await using var engine = new FaultEngine(_clock);
        Assert.False(engine.IsArmed(Lose));
        await engine.ReplaceAsync(Read("""{"rules":[{"kind":"lose","count":1},{"kind":"refuse"}]}"""));
        Assert.NotNull(engine.Strike(Lose, []));

        await engine.AddAsync(Read("""{"kind":"slow"}"""));
        Assert.Equal(["lose", "refuse", "slow"], engine.Report().Select(rule => rule.Kind));
        await engine.ReplaceAsync(Read("""{"kind":"lose"}"""));
        Assert.Equal(["lose"], engine.Report().Select(rule => rule.Kind));
        Assert.False(engine.IsArmed(Slow));
        engine.Clear();
        Assert.Empty(engine.Report());
        Assert.False(engine.IsArmed(Lose));
    }

    [Fact]
    public async Task More_rules_than_there_may_be_are_refused_and_nothing_changes()
    {
        await using var engine = new FaultEngine(_clock);
        var many = string.Join(',', Enumerable.Repeat("""{"kind":"lose"}""", FaultPlan.MaxRules));
        await engine.ReplaceAsync(Read($$"""{"rules":[{{many}}]}"""));

        var problem = await Assert.ThrowsAsync<FaultPlanException>(() => engine.AddAsync(Read("""{"kind":"slow"}""")));

        Assert.Equal("OutOfRange", problem.Code);
        Assert.Equal(FaultPlan.MaxRules, engine.Report().Count);
    }

    [Fact]
    public async Task Rules_that_are_spent_make_room_for_others()
    {
        await using var engine = new FaultEngine(_clock);
        var many = string.Join(',', Enumerable.Repeat("""{"kind":"lose","count":1}""", FaultPlan.MaxRules - 1));
        await engine.ReplaceAsync(Read($$"""{"rules":[{"kind":"refuse"},{{many}}]}"""));
        engine.Strike(Lose, []);

        await engine.AddAsync(Read("""{"kind":"slow"}"""));

        Assert.Equal(["refuse", "slow"], engine.Report().Select(rule => rule.Kind));
    }

    [Fact]
    public async Task Acts_strike_at_once_or_after_their_delay_and_again_until_they_are_spent()
    {
        await using var engine = new FaultEngine(_clock);
        List<(string Rule, bool Strikes)> acts = [];
        engine.Act = rule =>
        {
            acts.Add((rule.Rule.Target.Values.Single().ToString(), rule.Strikes(new FaultSubject { { "user", "now" }, { "user", "later" } })));
            return Task.CompletedTask;
        };

        await engine.ReplaceAsync(Read("""
            {"rules":[{"kind":"cut","target":{"user":"now"}},
                      {"kind":"cut","target":{"user":"later"},"delayMs":500,"everyMs":100,"count":2}]}
            """));
        Assert.Equal([("now", true)], acts);
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Single(acts);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([("now", true), ("later", true), ("later", true)], acts);
    }

    [Fact]
    public async Task An_act_that_was_taken_back_never_strikes()
    {
        await using var engine = new FaultEngine(_clock);
        var acts = 0;
        engine.Act = _ =>
        {
            acts++;
            return Task.CompletedTask;
        };
        await engine.ReplaceAsync(Read("""{"kind":"cut","delayMs":500,"everyMs":100}"""));

        engine.Clear();
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, acts);
    }

    [Fact]
    public async Task What_is_late_comes_in_the_order_in_which_it_is_due_and_at_once_when_faults_end()
    {
        await using var engine = new FaultEngine(_clock);
        List<string> done = [];
        engine.Later(TimeSpan.FromMilliseconds(20), () => done.Add("c"));
        engine.Later(TimeSpan.FromMilliseconds(10), () => done.Add("a"));
        engine.Later(TimeSpan.FromMilliseconds(10), () => done.Add("b"));
        engine.Later(TimeSpan.FromMinutes(1), () => done.Add("d"));

        Assert.Empty(done);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(["a", "b"], done);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(["a", "b", "c"], done);
        engine.Clear();
        Assert.Equal(["a", "b", "c", "d"], done);
    }

    [Fact]
    public async Task Waiting_ends_with_its_time_or_its_token()
    {
        await using var engine = new FaultEngine(_clock);
        using var left = new CancellationTokenSource();
        var inTime = engine.LaterAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        var given = engine.LaterAsync(TimeSpan.FromSeconds(1), left.Token);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(inTime.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await inTime;
    }
}
