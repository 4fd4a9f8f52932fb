using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// Turns the text of a SQL filter into a predicate. From weak to strong: OR, AND, NOT, comparisons with IN, LIKE and
/// IS NULL (which do not chain), + and -, * / and %, signs.
/// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter
/// </summary>
internal static class SqlParser
{
    /// <summary>The service's own limit.</summary>
    internal const int MaxCharacters = 1_024;

    /// <summary>Parsing descends with each parenthesis; this keeps the stack bounded.</summary>
    internal const int MaxDepth = 64;

    private static readonly TokenListParser<SqlToken, SqlTerm> Group =
        from open in Token.EqualTo(SqlToken.Open)
        from inner in Parse.Ref(() => Or!)
        from close in Token.EqualTo(SqlToken.Close)
        select inner with { At = open.Position };

    private static readonly TokenListParser<SqlToken, SqlTerm> Constant =
        Token.EqualTo(SqlToken.Text).Select(SqlTerms.Text)
            .Or(Token.EqualTo(SqlToken.Number).Select(SqlTerms.Number))
            .Or(Token.EqualTo(SqlToken.True).Select(token => SqlTerms.Constant(token, true)))
            .Or(Token.EqualTo(SqlToken.False).Select(token => SqlTerms.Constant(token, false)))
            .Or(Token.EqualTo(SqlToken.Null).Select(token => SqlTerms.Constant(token, null)))
            .Or(Token.EqualTo(SqlToken.Parameter).Select(SqlTerms.Parameter));

    private static readonly TokenListParser<SqlToken, Token<SqlToken>> AnyName =
        Token.EqualTo(SqlToken.Name).Or(Token.EqualTo(SqlToken.DelimitedName));

    private static readonly TokenListParser<SqlToken, Func<Token<SqlToken>, SqlTerm>> Scoped =
        from dot in Token.EqualTo(SqlToken.Dot)
        from name in AnyName
        select (Func<Token<SqlToken>, SqlTerm>)(scope => SqlTerms.Property(scope, name));

    private static readonly TokenListParser<SqlToken, Func<Token<SqlToken>, SqlTerm>> Call =
        from open in Token.EqualTo(SqlToken.Open)
        from argument in Parse.Ref(() => Or!).Select(term => (SqlTerm?)term).OptionalOrDefault()
        from close in Token.EqualTo(SqlToken.Close)
        select (Func<Token<SqlToken>, SqlTerm>)(name => SqlTerms.Call(name, argument));

    private static readonly TokenListParser<SqlToken, SqlTerm> Property =
        from first in AnyName
        from rest in Scoped.OptionalOrDefault(SqlTerms.UserProperty)
        select rest(first);

    private static readonly TokenListParser<SqlToken, SqlTerm> Named =
        from first in AnyName
        from rest in Scoped.Or(Call).OptionalOrDefault(SqlTerms.UserProperty)
        select rest(first);

    private static readonly TokenListParser<SqlToken, SqlTerm> Exists =
        from keyword in Token.EqualTo(SqlToken.Exists)
        from open in Token.EqualTo(SqlToken.Open)
        from property in Property
        from close in Token.EqualTo(SqlToken.Close)
        select new SqlTerm(new SqlExists(property.AsProperty()), keyword.Position);

    private static readonly TokenListParser<SqlToken, SqlTerm> Primary = Constant.Or(Named).Or(Exists).Or(Group);

    private static readonly TokenListParser<SqlToken, SqlTerm> Signed =
        from signs in OneOf(SqlToken.Plus, SqlToken.Minus).Many()
        from operand in Primary
        select signs.Reverse().Aggregate(operand, SqlTerms.Sign);

    private static readonly TokenListParser<SqlToken, SqlTerm> Product = Parse.Chain(
        OneOf(SqlToken.Star, SqlToken.Slash, SqlToken.Percent), Signed, SqlTerms.Calculation);

    private static readonly TokenListParser<SqlToken, SqlTerm> Sum = Parse.Chain(
        OneOf(SqlToken.Plus, SqlToken.Minus), Product, SqlTerms.Calculation);

    private static readonly TokenListParser<SqlToken, Func<SqlTerm, SqlTerm>> Comparison =
        from sign in OneOf(
            SqlToken.Equal, SqlToken.NotEqual,
            SqlToken.Less, SqlToken.LessOrEqual, SqlToken.Greater, SqlToken.GreaterOrEqual)
        from right in Sum
        select (Func<SqlTerm, SqlTerm>)(left => SqlTerms.Comparison(sign.Kind, left, right));

    private static readonly TokenListParser<SqlToken, Func<SqlTerm, SqlTerm>> Null =
        from keyword in Token.EqualTo(SqlToken.Is)
        from negation in Token.EqualTo(SqlToken.Not).Select(_ => true).OptionalOrDefault()
        from nothing in Token.EqualTo(SqlToken.Null)
        select (Func<SqlTerm, SqlTerm>)(left => SqlTerms.IsNull(left).Negated(negation));

    private static readonly TokenListParser<SqlToken, Func<SqlTerm, SqlTerm>> Membership =
        from keyword in Token.EqualTo(SqlToken.In)
        from open in Token.EqualTo(SqlToken.Open)
        from items in Sum.AtLeastOnceDelimitedBy(Token.EqualTo(SqlToken.Comma))
        from close in Token.EqualTo(SqlToken.Close)
        select (Func<SqlTerm, SqlTerm>)(left => SqlTerms.In(left, items));

    private static readonly TokenListParser<SqlToken, Func<SqlTerm, SqlTerm>> Likeness =
        from keyword in Token.EqualTo(SqlToken.Like)
        from pattern in Sum
        from escape in Token.EqualTo(SqlToken.Escape).IgnoreThen(Sum).Select(term => (SqlTerm?)term).OptionalOrDefault()
        select (Func<SqlTerm, SqlTerm>)(left => SqlTerms.Like(left, pattern, escape));

    private static readonly TokenListParser<SqlToken, Func<SqlTerm, SqlTerm>> NotMembershipOrLikeness =
        from negation in Token.EqualTo(SqlToken.Not)
        from test in Membership.Or(Likeness)
        select (Func<SqlTerm, SqlTerm>)(left => test(left).Negated(true));

    private static readonly TokenListParser<SqlToken, SqlTerm> Test =
        from left in Sum
        from rest in Comparison.Or(Null).Or(Membership).Or(Likeness).Or(NotMembershipOrLikeness)
            .OptionalOrDefault(alone => alone)
        select rest(left);

    private static readonly TokenListParser<SqlToken, SqlTerm> Not =
        from negations in Token.EqualTo(SqlToken.Not).Many()
        from operand in Test
        select negations.Reverse().Aggregate(operand, SqlTerms.Not);

    private static readonly TokenListParser<SqlToken, SqlTerm> And = Parse.Chain(
        Token.EqualTo(SqlToken.And),
        Not,
        (_, left, right) => new SqlTerm(new SqlAnd(left.AsPredicate(), right.AsPredicate()), left.At));

    private static readonly TokenListParser<SqlToken, SqlTerm> Or = Parse.Chain(
        Token.EqualTo(SqlToken.Or),
        And,
        (_, left, right) => new SqlTerm(new SqlOr(left.AsPredicate(), right.AsPredicate()), left.At));

    /// <summary>Reads a filter; false with a message that names the place when it is none.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out SqlPredicate? predicate, out string error)
    {
        predicate = null;
        error = "";
        if (text.Length > MaxCharacters)
        {
            error = string.Create(
                CultureInfo.InvariantCulture, $"it has {text.Length} characters; at most {MaxCharacters} are allowed.");
            return false;
        }

        try
        {
            var tokens = SqlTokenizer.Instance.Tokenize(text);
            CheckDepth(tokens);
            predicate = Or.AtEnd().Parse(tokens).AsPredicate();
            return true;
        }
        catch (ParseException failure)
        {
            error = failure.Message;
            return false;
        }
    }

    private static TokenListParser<SqlToken, Token<SqlToken>> OneOf(params SqlToken[] kinds) =>
        kinds.Select(kind => Token.EqualTo(kind)).Aggregate((first, second) => first.Or(second));

    private static void CheckDepth(TokenList<SqlToken> tokens)
    {
        var depth = 0;
        foreach (var token in tokens)
        {
            if (token.Kind == SqlToken.Open && ++depth > MaxDepth)
            {
                throw SqlTerm.Fail(token.Position, $"parentheses are nested deeper than {MaxDepth}");
            }

            if (token.Kind == SqlToken.Close)
            {
                depth--;
            }
        }
    }
}
