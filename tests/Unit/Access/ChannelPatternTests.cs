using CsCheck;
using ServerlessGateway.Access;

namespace ServerlessGateway.Unit.Tests.Access;

public sealed class ChannelPatternTests
{
    [Theory]
    [InlineData("orders:1", "orders:1", true)]
    [InlineData("orders:1", "orders:12", false)]
    [InlineData("orders:*", "orders:", true)]
    [InlineData("orders:*", "orders", false)]
    [InlineData("*", "anything", true)]
    [InlineData("*:log", "a:b:log", true)]
    [InlineData("*:log", "a:log:b", false)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("ab*ab", "ab", false)]
    [InlineData("ab*ab", "aba", false)]
    [InlineData("ab*ab", "abab", true)]
    [InlineData("**", "x", true)]
    [InlineData("a.c", "abc", false)]
    public void A_pattern_covers_what_its_pieces_say(string pattern, string name, bool matches) =>
        Assert.Equal(matches, ChannelPattern.Matches(pattern, name));

    [Fact]
    public void Matching_agrees_with_the_plainest_matcher_there_is()
    {
        // Two letters and many wildcards: where a first place might not be the right one, this finds it.
        var pattern = Gen.Char["ab*"].Array[0, 9].Select(characters => new string(characters));
        var name = Gen.Char["ab"].Array[0, 12].Select(characters => new string(characters));

        Gen.Select(pattern, name).Sample(
            (p, n) => ChannelPattern.Matches(p, n) == Naive(p, n), iter: 50_000);
    }

    [Fact]
    public void A_pattern_made_to_backtrack_takes_no_longer_than_others()
    {
        var pattern = string.Concat(Enumerable.Repeat("*a", 90)) + "*b";
        var name = new string('a', 128);

        // A matcher that tries each place of each wildcard would need more steps than there are atoms; the test would
        // hang.
        for (var repeat = 0; repeat < 1000; repeat++)
        {
            Assert.False(ChannelPattern.Matches(pattern, name));
        }
    }

    [Theory]
    [InlineData("orders:{sub}", "alice", "orders:alice")]
    [InlineData("{sub}/{sub}", "a", "a/a")]
    [InlineData("orders:{sub}", "*", null)]
    [InlineData("orders:{sub}", "ünal", null)]
    [InlineData("orders:{sub}", "a b", null)]
    public void The_user_is_put_in_only_where_its_name_could_be_a_channels(string text, string user, string? expected)
    {
        Assert.True(ChannelPattern.TryResolve(text, user, out var pattern));
        Assert.Equal(expected, pattern);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("$all")]
    [InlineData("{user}")]
    [InlineData("a{sub")]
    [InlineData("ä*")]
    public void What_is_no_pattern_is_refused(string text) => Assert.False(ChannelPattern.TryResolve(text, "alice", out _));

    [Fact]
    public void A_pattern_has_a_longest_length()
    {
        Assert.True(ChannelPattern.TryResolve(new string('a', ChannelPattern.MaxLength), "u", out _));
        Assert.False(ChannelPattern.TryResolve(new string('a', ChannelPattern.MaxLength + 1), "u", out _));
    }

    private static bool Naive(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty)
        {
            return name.IsEmpty;
        }

        return pattern[0] == '*'
            ? Naive(pattern[1..], name) || (!name.IsEmpty && Naive(pattern, name[1..]))
            : !name.IsEmpty && pattern[0] == name[0] && Naive(pattern[1..], name[1..]);
    }
}
