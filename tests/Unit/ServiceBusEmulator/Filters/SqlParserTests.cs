using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

public sealed class SqlParserTests
{
    [Theory]
    [InlineData("a = 1", "(Equal (user a) (Int64 1))")]
    [InlineData("A<>'it''s'", "(NotEqual (user A) (String 'it''s'))")]
    [InlineData("a != 2.0", "(NotEqual (user a) (Double 2.0E+0))")]
    [InlineData("a>=101.5E5 AnD b <= 0.5E-2", "(and (GreaterOrEqual (user a) (Double 1.015E+7)) (LessOrEqual (user b) (Double 5.0E-3)))")]
    [InlineData("a = 1 OR b = 2 AND c = 3", "(or (Equal (user a) (Int64 1)) (and (Equal (user b) (Int64 2)) (Equal (user c) (Int64 3))))")]
    [InlineData("NOT a = 1 AND b = 2", "(and (not (Equal (user a) (Int64 1))) (Equal (user b) (Int64 2)))")]
    [InlineData("a - 1 - 2 * 3 < -b", "(Less (Minus (Minus (user a) (Int64 1)) (Star (Int64 2) (Int64 3))) (sign True (user b)))")]
    [InlineData("((a)) = ((1))", "(Equal (user a) (Int64 1))")]
    [InlineData("sys.Label LIKE '%bus%' OR user.tag IN ('queue', 'topic')", "(or (like (sys Label) (String '%bus%') -) (in (user tag) (String 'queue') (String 'topic')))")]
    [InlineData("SYS.label NOT IN ('a')", "(not (in (sys label) (String 'a')))")]
    [InlineData("property not like 'ABC\\%' escape '\\'", "(not (like (user property) (String 'ABC\\%') (String '\\')))")]
    [InlineData("EXISTS(user.a) AND sys.To IS NOT NULL", "(and (exists (user a)) (not (null (sys To))))")]
    [InlineData("[Property With Space] = TRUE", "(Equal (user Property With Space) (Boolean TRUE))")]
    [InlineData("[a]]b] = \"Contoso \"\"&\"\" Northwind\"", "(Equal (user a]b) (user Contoso \"&\" Northwind))")]
    [InlineData("property('a') = p('b') OR newid() = NULL", "(or (Equal (p (String 'a')) (p (String 'b'))) (Equal (newid) ( NULL)))")]
    [InlineData("ändern_2 = 1", "(Equal (user ändern_2) (Int64 1))")]
    [InlineData("user = 1 AND sys = 2 AND p = 3", "(and (and (Equal (user user) (Int64 1)) (Equal (user sys) (Int64 2))) (Equal (user p) (Int64 3)))")]
    [InlineData("android = notable", "(Equal (user android) (user notable))")]
    [InlineData("1=1", "(Equal (Int64 1) (Int64 1))")]
    public void The_documented_grammar_is_read(string text, string tree)
    {
        Assert.True(SqlParser.TryParse(text, out var predicate, out var error), error);

        Assert.Equal(tree, SqlPrinter.Tree(predicate));
    }

    [Theory]
    [InlineData("a = ", "unexpected end of input")]
    [InlineData("a = = 1", "line 1, column 5")]
    [InlineData("a =\n  'open", "line 2, column 3")]
    [InlineData("a = 1 b = 2", "line 1, column 7")]
    [InlineData("a", "line 1, column 1): a predicate is expected")]
    [InlineData("a = 1 AND b", "line 1, column 11): a predicate is expected")]
    [InlineData("NOT TRUE", "line 1, column 5): a predicate is expected")]
    [InlineData("(a = 1) = TRUE", "line 1, column 1): a value is expected")]
    [InlineData("a + (b = 1) > 2", "line 1, column 5): a value is expected")]
    [InlineData("a = b = c", "line 1, column 7")]
    [InlineData("a IN ()", "line 1, column 7")]
    [InlineData("5 IS NULL", "line 1, column 1): a property is expected")]
    [InlineData("EXISTS('a')", "line 1, column 8")]
    [InlineData("sys.Nothing = 1", "line 1, column 5): there is no system property Nothing")]
    [InlineData("order.x = 1", "line 1, column 1): order is no scope")]
    [InlineData("[sys].Label = 1", "is no scope")]
    [InlineData("lower(a) = 'x'", "line 1, column 1): lower is no function")]
    [InlineData("newid(1) = 'x'", "newid is no function")]
    [InlineData("p() = 'x'", "p is no function")]
    [InlineData("a = @x", "line 1, column 5): the parameter @x has no value")]
    [InlineData("a = 9223372036854775808", "line 1, column 5): the whole number 9223372036854775808")]
    [InlineData("a = 1x", "line 1, column 6")]
    [InlineData("_a = 1", "line 1, column 1")]
    [InlineData("[] = 1", "a name is empty")]
    [InlineData("a LIKE 'x' ESCAPE 'ab'", "line 1, column 19): the escape character")]
    [InlineData("a LIKE 'x\\' ESCAPE '\\'", "line 1, column 8): the pattern ends")]
    [InlineData("and = 1", "line 1, column 1")]
    [InlineData("a = 1;", "line 1, column 6")]
    [InlineData("", "unexpected end of input")]
    public void What_is_no_filter_is_refused_with_its_place(string text, string reason)
    {
        Assert.False(SqlParser.TryParse(text, out _, out var error));

        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_has_1024_characters_at_most()
    {
        var longest = "a = '" + new string('x', 1_018) + "'";

        Assert.True(SqlParser.TryParse(longest, out _, out _));
        Assert.False(SqlParser.TryParse(longest + " ", out _, out var error));
        Assert.Contains("1025 characters; at most 1024", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parentheses_nest_as_deep_as_the_bound_and_no_deeper()
    {
        var deepest = new string('(', SqlParser.MaxDepth) + "a=1" + new string(')', SqlParser.MaxDepth);

        Assert.True(SqlParser.TryParse(deepest, out _, out _));
        Assert.False(SqlParser.TryParse($"({deepest})", out _, out var error));
        Assert.Contains("nested deeper than 64", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOT ", 250, "a=1")]
    [InlineData("a=1 OR ", 140, "a=1")]
    [InlineData("1-", 500, "1=1")]
    [InlineData("- ", 500, "1=1")]
    public void Long_chains_are_read_and_judged(string link, int count, string last)
    {
        var text = string.Concat(Enumerable.Repeat(link, count)) + last;

        Assert.True(SqlParser.TryParse(text, out var predicate, out var error), error);
        predicate.Evaluate(SqlFilterTests.Subject(("a", 1)));
    }
}
