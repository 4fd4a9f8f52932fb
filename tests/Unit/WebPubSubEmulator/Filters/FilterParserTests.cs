using ServerlessGateway.WebPubSubEmulator.Filters;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Filters;

public sealed class FilterParserTests
{
    private static readonly Subject Ada = new("conn-1", "ada", "json.webpubsub.azure.v1", "g1", "G2");
    private static readonly Subject Nobody = new("conn-2", null, null);

    [Theory]
    [InlineData("userId eq 'ada'", true)]
    [InlineData("userId eq 'Ada'", false)]
    [InlineData("USERID ne 'ada'", false)]
    [InlineData("userId eq null", false)]
    [InlineData("null ne userId", true)]
    [InlineData("connectionId eq 'conn-1'", true)]
    [InlineData("protocol eq 'json.webpubsub.azure.v1'", true)]
    [InlineData("'g1' in groups", true)]
    [InlineData("'g2' in groups", false)]
    [InlineData("userId in ('bob', 'ada')", true)]
    [InlineData("userId in ('bob')", false)]
    [InlineData("not ('g1' in groups)", false)]
    [InlineData("not startswith(userId, 'b')", true)]
    [InlineData("not not true", true)]
    [InlineData("startswith(userId,'a') and endswith(userId,'a')", true)]
    [InlineData("contains(userId,'d')", true)]
    [InlineData("length(userId) gt 3", false)]
    [InlineData("length(userId) ge 3 and length(userId) le 3", true)]
    [InlineData("length(userId) lt 3", false)]
    [InlineData("length(groups) eq 2", true)]
    [InlineData("toupper(userId) eq 'ADA'", true)]
    [InlineData("tolower(trim(' ADA ')) eq userId", true)]
    [InlineData("substring(userId, 1) eq 'da'", true)]
    [InlineData("substring(userId, 1, 1) eq 'd'", true)]
    [InlineData("substring(userId, 9, 9) eq null", true)]
    [InlineData("substring(userId, 0, 9) eq null", true)]
    [InlineData("indexof(userId, 'd') eq 1", true)]
    [InlineData("concat(userId, '!') eq 'ada!'", true)]
    [InlineData("userId eq 'o''brien'", false)]
    [InlineData("'a''b' eq 'a''b'", true)]
    [InlineData("userId eq 1", false)]
    [InlineData("userId ne 1", true)]
    [InlineData("userId in (null, 1, concat('a','da'))", true)]
    [InlineData("userId in ('a', 1)", false)]
    [InlineData("connectionId in (userId, connectionId)", true)]
    [InlineData("('g1') in (groups)", true)]
    [InlineData("1 in groups", false)]
    [InlineData("-1 lt +1", true)]
    [InlineData("null lt 1", false)]
    [InlineData("true", true)]
    [InlineData("  ( ( userId eq 'ada' ) )  ", true)]
    public void A_filter_is_true_for_whom_it_describes(string text, bool expected) => Assert.Equal(expected, Parse(text)(Ada));

    [Theory]
    [InlineData("true or true and false", true)]
    [InlineData("(true or true) and false", false)]
    [InlineData("false and false or true", true)]
    [InlineData("not false and false", false)]
    [InlineData("not (false and false)", true)]
    [InlineData("1 eq 1 eq true", true)]
    [InlineData("1 lt 2 eq true", true)]
    [InlineData("'g1' in groups eq false", false)]
    [InlineData("true eq false or true", true)]
    public void Operators_bind_as_in_OData(string text, bool expected) => Assert.Equal(expected, Parse(text)(Ada));

    [Theory]
    [InlineData("userId eq 'x'", false)]
    [InlineData("userId eq null", true)]
    [InlineData("userId ne 'x'", true)]
    [InlineData("startswith(userId,'a')", false)]
    [InlineData("not startswith(userId,'a')", true)]
    [InlineData("length(userId) eq 0", false)]
    [InlineData("length(userId) lt 9", false)]
    [InlineData("length(userId) ge 0", false)]
    [InlineData("length(userId) eq null", true)]
    [InlineData("indexof(userId, 'a') eq -1", true)]
    [InlineData("concat(userId, 'a') eq 'a'", true)]
    [InlineData("concat(userId, null) eq null", true)]
    [InlineData("substring(userId, 0) eq null", true)]
    [InlineData("substring('abc', length(userId)) eq null", true)]
    [InlineData("'g' in groups", false)]
    [InlineData("userId in ('a')", false)]
    [InlineData("toupper(userId) eq null", true)]
    public void A_connection_without_user_is_no_error(string text, bool expected) => Assert.Equal(expected, Parse(text)(Nobody));

    [Theory]
    [InlineData("userId")]
    [InlineData("userId eq")]
    [InlineData("userId eq 'a")]
    [InlineData("eq 'a'")]
    [InlineData("userId = 'a'")]
    [InlineData("groups eq 'a'")]
    [InlineData("groups eq groups")]
    [InlineData("'a' in userId")]
    [InlineData("userId in ()")]
    [InlineData("not userId eq 'a'")]
    [InlineData("not 'a'")]
    [InlineData("'a' and true")]
    [InlineData("true or 1")]
    [InlineData("true gt false")]
    [InlineData("nothing eq 'a'")]
    [InlineData("unknown('a')")]
    [InlineData("startswith(userId)")]
    [InlineData("length(1) eq 1")]
    [InlineData("length() eq 1")]
    [InlineData("(true")]
    [InlineData("true)")]
    [InlineData("true true")]
    [InlineData("true AND true")]
    [InlineData("TRUE")]
    [InlineData("Length(userId) eq 1")]
    [InlineData("userId gt 'a'")]
    [InlineData("1 lt 2 eq 3 lt 2")]
    [InlineData("groups in ('a')")]
    [InlineData("'a' in (groups, 'b')")]
    [InlineData("'a' in true")]
    [InlineData("'a' in 'a'")]
    [InlineData("startswith(1, 'a')")]
    [InlineData("length(userId) lt 99999999999")]
    public void What_is_no_filter_is_refused_with_a_reason(string text)
    {
        Assert.False(FilterParser.TryParse(text, out _, out var error));
        Assert.NotEqual("", error);
    }

    [Theory]
    [InlineData("invalid filter", 14)]
    [InlineData("userId eq", 9)]
    [InlineData("userId eq 'a' 'b' or", 17)]
    [InlineData("userId = 'a'", 8)]
    [InlineData("", 0)]
    public void A_syntax_error_says_the_place_behind_the_word_at_fault(string text, int place)
    {
        Assert.False(FilterParser.TryParse(text, out _, out var error));
        Assert.Equal($"Syntax error at position {place} in '{text}'.", error);
    }

    [Fact]
    public void Length_and_depth_are_bounded()
    {
        var deep = new string('(', FilterParser.MaxDepth) + "true" + new string(')', FilterParser.MaxDepth);

        Assert.True(FilterParser.TryParse(deep, out _, out _));
        Assert.False(FilterParser.TryParse($"({deep})", out _, out _));
        Assert.False(FilterParser.TryParse(new string(' ', FilterParser.MaxLength) + "true", out _, out _));
        Assert.True(Parse(string.Join(" or ", Enumerable.Repeat("false", 800)) + " or true")(Ada));
    }

    private static Func<IFilterSubject, bool> Parse(string text)
    {
        Assert.True(FilterParser.TryParse(text, out var filter, out var error), error);
        return filter;
    }

    private sealed class Subject(string connectionId, string? userId, string? subprotocol, params string[] groups) : IFilterSubject
    {
        public string ConnectionId { get; } = connectionId;

        public string? UserId { get; } = userId;

        public string? Subprotocol { get; } = subprotocol;

        public int GroupCount => groups.Length;

        public bool IsInGroup(string group) => groups.Contains(group);
    }
}
