using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ServerlessGateway.WebPubSubEmulator.Hub;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;

namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>
/// Turns the text of an OData filter into a predicate over connections. From weak to strong: <c>or</c>, <c>and</c>,
/// <c>eq ne gt ge lt le in</c>, <c>not</c>; so <c>not</c> of a comparison needs parentheses, as in OData.
/// https://learn.microsoft.com/azure/azure-web-pubsub/reference-odata-filter
/// </summary>
internal static class FilterParser
{
    /// <summary>Filters travel in query strings; anything longer is a mistake.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>Parsing descends with each parenthesis; this keeps the stack bounded.</summary>
    public const int MaxDepth = 100;

    private static readonly TokenListParser<FilterToken, FilterExpression> Group =
        from open in Token.EqualTo(FilterToken.Open)
        from inner in Superpower.Parse.Ref(() => Or!)
        from close in Token.EqualTo(FilterToken.Close)
        select inner;

    private static readonly TokenListParser<FilterToken, FilterExpression> Call =
        from name in Token.EqualTo(FilterToken.Name)
        from open in Token.EqualTo(FilterToken.Open)
        from arguments in Superpower.Parse.Ref(() => Or!).ManyDelimitedBy(Token.EqualTo(FilterToken.Comma))
        from close in Token.EqualTo(FilterToken.Close)
        select FilterFunctions.Call(name.ToStringValue(), arguments);

    private static readonly TokenListParser<FilterToken, FilterExpression> Literal =
        Token.EqualTo(FilterToken.Text).Apply(QuotedString.SqlStyle).Select(text => FilterExpression.Text(_ => text))
            .Or(Token.EqualTo(FilterToken.Number).Select(number => Number(number.ToStringValue())));

    private static readonly TokenListParser<FilterToken, FilterExpression> Primary =
        Group
            .Or(Literal)
            .Or(Call.Try())
            .Or(Token.EqualTo(FilterToken.Name).Select(name => FilterFunctions.Identifier(name.ToStringValue())));

    private static readonly TokenListParser<FilterToken, FilterExpression> Unary =
        from negations in Token.EqualTo(FilterToken.Not).Many()
        from operand in Primary
        select Negate(negations.Length, operand);

    private static readonly TokenListParser<FilterToken, FilterExpression[]> List =
        from open in Token.EqualTo(FilterToken.Open)
        from items in Superpower.Parse.Ref(() => Or!).ManyDelimitedBy(Token.EqualTo(FilterToken.Comma))
        from close in Token.EqualTo(FilterToken.Close)
        select items.Length > 0 ? items : throw new FormatException("The list of 'in' is empty.");

    private static readonly TokenListParser<FilterToken, FilterExpression[]> Groups =
        Token.EqualTo(FilterToken.Name).Select(name => FilterFunctions.Identifier(name.ToStringValue()))
            .Select(named => new[] { named.Expect(FilterType.Groups, "The right of 'in'") });

    private static readonly TokenListParser<FilterToken, Func<FilterExpression, FilterExpression>> Membership =
        from keyword in Token.EqualTo(FilterToken.In)
        from right in List.Or(Groups)
        select (Func<FilterExpression, FilterExpression>)(left => FilterComparison.In(left, right));

    private static readonly TokenListParser<FilterToken, Func<FilterExpression, FilterExpression>> Comparison =
        from name in OneOf(
            FilterToken.Equal,
            FilterToken.NotEqual,
            FilterToken.Greater,
            FilterToken.GreaterOrEqual,
            FilterToken.Less,
            FilterToken.LessOrEqual)
        from right in Unary
        select (Func<FilterExpression, FilterExpression>)(left => FilterComparison.Compare(name.Kind, left, right));

    private static readonly TokenListParser<FilterToken, FilterExpression> Relation =
        from first in Unary
        from rest in Membership.Or(Comparison).Many()
        select rest.Aggregate(first, (left, compare) => compare(left));

    private static readonly TokenListParser<FilterToken, FilterExpression> And = Superpower.Parse.Chain(
        Token.EqualTo(FilterToken.And),
        Relation,
        (_, left, right) => Both("and", left, right, subject => left.IsTrue(subject) && right.IsTrue(subject)));

    private static readonly TokenListParser<FilterToken, FilterExpression> Or = Superpower.Parse.Chain(
        Token.EqualTo(FilterToken.Or),
        And,
        (_, left, right) => Both("or", left, right, subject => left.IsTrue(subject) || right.IsTrue(subject)));

    /// <summary>Reads a filter; false with a message that names the place or the types when it is none.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Func<IFilterSubject, bool>? filter, out string error)
    {
        filter = null;
        error = "";
        if (text.Length > MaxLength)
        {
            error = $"it has {text.Length} characters; at most {MaxLength} are allowed.";
            return false;
        }

        try
        {
            var tokens = FilterTokenizer.Instance.Tokenize(text);
            CheckDepth(tokens);
            filter = Or.AtEnd().Parse(tokens).Expect(FilterType.Boolean, "The filter").IsTrue;
            return true;
        }
        catch (Exception exception) when (exception is ParseException or FormatException or OverflowException)
        {
            error = exception.Message;
            return false;
        }
    }

    private static TokenListParser<FilterToken, Token<FilterToken>> OneOf(params FilterToken[] kinds) =>
        kinds.Select(kind => Token.EqualTo(kind)).Aggregate((first, second) => first.Or(second));

    private static FilterExpression Number(string digits)
    {
        var number = int.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return FilterExpression.Number(_ => number);
    }

    private static FilterExpression Negate(int times, FilterExpression operand)
    {
        if (times == 0) return operand;
        operand.Expect(FilterType.Boolean, "'not'");
        return times % 2 == 0 ? operand : FilterExpression.Boolean(subject => !operand.IsTrue(subject));
    }

    private static FilterExpression Both(
        string name, FilterExpression left, FilterExpression right, Func<IFilterSubject, bool> value)
    {
        left.Expect(FilterType.Boolean, $"'{name}'");
        right.Expect(FilterType.Boolean, $"'{name}'");
        return FilterExpression.Boolean(value);
    }

    private static void CheckDepth(TokenList<FilterToken> tokens)
    {
        var depth = 0;
        foreach (var token in tokens)
        {
            if (token.Kind == FilterToken.Open && ++depth > MaxDepth)
            {
                throw new FormatException($"parentheses are nested deeper than {MaxDepth}.");
            }

            if (token.Kind == FilterToken.Close) depth--;
        }
    }
}
