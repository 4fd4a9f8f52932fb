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

    private static readonly TokenListParser<FilterToken, Meaning> Group =
        from open in Token.EqualTo(FilterToken.Open)
        from inner in Superpower.Parse.Ref(() => Or!)
        from close in Token.EqualTo(FilterToken.Close)
        select inner;

    private static readonly TokenListParser<FilterToken, Meaning> Name =
        Token.EqualTo(FilterToken.Name)
            .Select(name => new Meaning(() => FilterFunctions.Identifier(name.ToStringValue())));

    private static readonly TokenListParser<FilterToken, Meaning> Call =
        from name in Token.EqualTo(FilterToken.Name)
        from open in Token.EqualTo(FilterToken.Open)
        from arguments in Superpower.Parse.Ref(() => Or!).ManyDelimitedBy(Token.EqualTo(FilterToken.Comma))
        from close in Token.EqualTo(FilterToken.Close)
        select new Meaning(() => FilterFunctions.Call(
            name.ToStringValue(), [.. arguments.Select(argument => argument())]));

    private static readonly TokenListParser<FilterToken, Meaning> Literal =
        Token.EqualTo(FilterToken.Text).Apply(QuotedString.SqlStyle)
            .Select(text => new Meaning(() => FilterExpression.Text(_ => text)))
            .Or(Token.EqualTo(FilterToken.Number).Select(number => new Meaning(() => Number(number.ToStringValue()))));

    private static readonly TokenListParser<FilterToken, Meaning> Primary = Group.Or(Literal).Or(Call.Try()).Or(Name);

    private static readonly TokenListParser<FilterToken, Meaning> Unary =
        from negations in Token.EqualTo(FilterToken.Not).Many()
        from operand in Primary
        select new Meaning(() => Negate(negations.Length, operand()));

    private static readonly TokenListParser<FilterToken, Meaning[]> List =
        from open in Token.EqualTo(FilterToken.Open)
        from first in Superpower.Parse.Ref(() => Or!)
        from others in Token.EqualTo(FilterToken.Comma).IgnoreThen(Superpower.Parse.Ref(() => Or!)).Many()
        from close in Token.EqualTo(FilterToken.Close)
        select (Meaning[])[first, .. others];

    private static readonly TokenListParser<FilterToken, Meaning[]> Groups = Name.Select(
        named => new Meaning[] { () => named().Expect(FilterType.Groups, "The right of 'in'") });

    private static readonly TokenListParser<FilterToken, Func<Meaning, Meaning>> Membership =
        from keyword in Token.EqualTo(FilterToken.In)
        from right in List.Or(Groups)
        select (Func<Meaning, Meaning>)(left => () =>
            FilterComparison.In(left(), [.. right.Select(item => item())]));

    private static readonly TokenListParser<FilterToken, Func<Meaning, Meaning>> Comparison =
        from name in OneOf(
            FilterToken.Equal,
            FilterToken.NotEqual,
            FilterToken.Greater,
            FilterToken.GreaterOrEqual,
            FilterToken.Less,
            FilterToken.LessOrEqual)
        from right in Unary
        select (Func<Meaning, Meaning>)(left => () => FilterComparison.Compare(name.Kind, left(), right()));

    private static readonly TokenListParser<FilterToken, Meaning> Relation =
        from first in Unary
        from rest in Membership.Or(Comparison).Many()
        select rest.Aggregate(first, (left, compare) => compare(left));

    private static readonly TokenListParser<FilterToken, Meaning> And = Superpower.Parse.Chain(
        Token.EqualTo(FilterToken.And), Relation, (_, left, right) => () => Both("and", left(), right()));

    private static readonly TokenListParser<FilterToken, Meaning> Or = Superpower.Parse.Chain(
        Token.EqualTo(FilterToken.Or), And, (_, left, right) => () => Both("or", left(), right()));

    /// <summary>
    /// What a part of the text means. Worked out when all of it is known to be well formed, so that a mistake in form is
    /// told before one in names or types.
    /// </summary>
    private delegate FilterExpression Meaning();

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
            var words = FilterTokenizer.Instance.TryTokenize(text);
            if (!words.HasValue)
            {
                error = SyntaxError(text, words.ErrorPosition, 1);
                return false;
            }

            CheckDepth(words.Value);
            var parsed = Or.AtEnd().TryParse(words.Value);
            if (!parsed.HasValue)
            {
                var word = words.Value.FirstOrDefault(word => word.Position.Absolute == parsed.ErrorPosition.Absolute);
                error = SyntaxError(text, parsed.ErrorPosition, word.HasValue ? word.Span.Length : 0);
                return false;
            }

            filter = parsed.Value().Expect(FilterType.Boolean, "The filter").IsTrue;
            return true;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            error = exception.Message;
            return false;
        }
    }

    // As the service says it: the place behind the word at fault, or the end of the text.
    private static string SyntaxError(string text, Position place, int length)
    {
        var behind = place.HasValue ? Math.Min(place.Absolute + length, text.Length) : text.Length;
        return string.Create(CultureInfo.InvariantCulture, $"Syntax error at position {behind} in '{text}'.");
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

    private static FilterExpression Both(string name, FilterExpression left, FilterExpression right)
    {
        left.Expect(FilterType.Boolean, $"'{name}'");
        right.Expect(FilterType.Boolean, $"'{name}'");
        return name == "and"
            ? FilterExpression.Boolean(subject => left.IsTrue(subject) && right.IsTrue(subject))
            : FilterExpression.Boolean(subject => left.IsTrue(subject) || right.IsTrue(subject));
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
