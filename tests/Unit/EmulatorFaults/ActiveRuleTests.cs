using CsCheck;
using ServerlessGateway.Emulators.Faults;
using static ServerlessGateway.Unit.Tests.EmulatorFaults.Kinds;

namespace ServerlessGateway.Unit.Tests.EmulatorFaults;

public sealed class ActiveRuleTests
{
    [Fact]
    public void The_same_seed_gives_the_same_decisions_and_another_seed_others() =>
        Gen.Select(Gen.Long, Gen.Double[0.2, 0.8]).Sample((seed, rate) =>
        {
            var plan = new FaultRule(Lose) { Rate = rate, Seed = seed };

            var first = Decide(new ActiveRule(plan), 200);

            Assert.Equal(first, Decide(new ActiveRule(plan), 200));
            Assert.NotEqual(first, Decide(new ActiveRule(plan with { Seed = unchecked(seed + 1) }), 200));
        });

    [Fact]
    public void Decisions_are_these_on_every_runtime()
    {
        var decisions = Decide(Rule("""{"kind":"lose","rate":0.5,"seed":42}"""), 24);

        Assert.Equal(".xxxx.x.x.xx...xxxx..x..", string.Concat(decisions.Select(strikes => strikes ? 'x' : '.')));
    }

    [Fact]
    public void A_rate_is_kept_over_many_occasions_and_its_ends_are_never_and_always() =>
        Gen.Select(Gen.Long, Gen.Double[0, 1]).Sample(
            (seed, rate) =>
            {
                const int occasions = 4_000;
                var share = Decide(new ActiveRule(new FaultRule(Lose) { Rate = rate, Seed = seed }), occasions)
                    .Count(strikes => strikes) / (double)occasions;

                // Six standard deviations: an honest generator fails once in five hundred million samples.
                Assert.InRange(share, rate - (6 * 0.5 / Math.Sqrt(occasions)), rate + (6 * 0.5 / Math.Sqrt(occasions)));
                Assert.All(Decide(new ActiveRule(new FaultRule(Lose) { Rate = 1, Seed = seed }), 50), Assert.True);
                Assert.All(Decide(new ActiveRule(new FaultRule(Lose) { Rate = 0, Seed = seed }), 50), Assert.False);
            },
            iter: 30);

    [Fact]
    public void A_rule_strikes_as_often_as_its_count_says_after_as_many_as_it_lets_pass() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 20], Gen.Double[0.3, 1]).Sample((count, after, rate) =>
        {
            var rule = new ActiveRule(new FaultRule(Lose) { Count = count, After = after, Rate = rate, Seed = 5 });

            var decisions = Decide(rule, 400);

            Assert.Equal(count, decisions.Count(strikes => strikes));
            Assert.All(decisions.Take(after), Assert.False);
            Assert.True(rule.IsSpent);
        });

    [Fact]
    public void Without_count_and_rate_it_strikes_always()
    {
        var rule = Rule("""{"kind":"lose"}""");

        Assert.All(Decide(rule, 1_000), Assert.True);
        Assert.False(rule.IsSpent);
    }

    [Fact]
    public void Occasions_of_others_do_not_count()
    {
        var rule = Rule("""{"kind":"lose","target":{"user":"ada","path":"/A/*"},"after":1,"count":1}""");

        Assert.False(rule.Strikes(new FaultSubject { { "user", "bob" }, { "path", "/a/b" } }));
        Assert.False(rule.Strikes(new FaultSubject { { "user", "ada" }, { "path", "/b" } }));
        Assert.False(rule.Strikes(new FaultSubject { { "user", "ada" } }));
        Assert.False(rule.Strikes(new FaultSubject { { "user", "ada" }, { "path", "/a/first" } }));
        Assert.True(rule.Strikes(new FaultSubject { { "user", "ada" }, { "path", "/x" }, { "path", "/a/second" } }));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("a*", "abc", true)]
    [InlineData("a*c", "abc", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("*b*", "abc", true)]
    [InlineData("a**c", "ac", true)]
    [InlineData("a", "A", false)]
    [InlineData("*ab", "aab", true)]
    public void A_star_stands_for_any_characters(string pattern, string value, bool expected) =>
        Assert.Equal(expected, new FaultPattern(pattern).Matches(value));

    [Fact]
    public void Patterns_match_what_the_same_regular_expression_matches() =>
        Gen.Select(Gen.Char["ab*"].Array[0, 8], Gen.Char["ab"].Array[0, 8]).Sample((pattern, value) =>
        {
            var expression = $"^{string.Concat(pattern.Select(one => one == '*' ? ".*" : one.ToString()))}$";

            Assert.Equal(
                System.Text.RegularExpressions.Regex.IsMatch(new string(value), expression),
                new FaultPattern(new string(pattern)).Matches(new string(value)));
        });
}
