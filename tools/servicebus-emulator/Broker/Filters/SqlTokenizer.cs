using Superpower;
using Superpower.Model;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// Splits a SQL filter into its words. Keywords may have any case; names begin with a letter of any script, or are
/// written in brackets or double quotes, where the closing mark is doubled.
/// </summary>
internal static class SqlTokenizer
{
    private static readonly TextParser<char> Digit = Character.Matching(char.IsAsciiDigit, "digit");

    private static readonly TextParser<Unit> Name =
        Character.Matching(char.IsLetter, "letter")
            .IgnoreThen(Character.Matching(letter => char.IsLetterOrDigit(letter) || letter == '_', "letter").IgnoreMany());

    private static readonly TextParser<Unit> Fraction =
        Character.EqualTo('.').IgnoreThen(Digit).IgnoreThen(Digit.IgnoreMany());

    private static readonly TextParser<Unit> Exponent =
        Character.In('e', 'E')
            .IgnoreThen(Character.In('+', '-').OptionalOrDefault())
            .IgnoreThen(Digit)
            .IgnoreThen(Digit.IgnoreMany());

    private static readonly TextParser<Unit> Number =
        Digit.IgnoreThen(Digit.IgnoreMany())
            .IgnoreThen(Fraction.Try().OptionalOrDefault())
            .IgnoreThen(Exponent.Try().OptionalOrDefault());

    internal static Tokenizer<SqlToken> Instance { get; } = Build();

    private static Tokenizer<SqlToken> Build()
    {
        var builder = new TokenizerBuilder<SqlToken>()
            .Ignore(Span.WhiteSpace)
            .Match(QuotedString.SqlStyle, SqlToken.Text)
            .Match(Number, SqlToken.Number)
            .Match(Delimited('[', ']'), SqlToken.DelimitedName)
            .Match(Delimited('"', '"'), SqlToken.DelimitedName)
            .Match(Character.EqualTo('@').IgnoreThen(Name), SqlToken.Parameter)
            .Match(Span.EqualTo("<>"), SqlToken.NotEqual)
            .Match(Span.EqualTo("!="), SqlToken.NotEqual)
            .Match(Span.EqualTo("<="), SqlToken.LessOrEqual)
            .Match(Span.EqualTo(">="), SqlToken.GreaterOrEqual);
        foreach (var (sign, token) in Signs)
        {
            builder.Match(Character.EqualTo(sign), token);
        }

        for (var keyword = SqlToken.And; keyword <= SqlToken.False; keyword++)
        {
            builder.Match(Span.EqualToIgnoreCase(keyword.ToString()), keyword, requireDelimiters: true);
        }

        return builder.Match(Name, SqlToken.Name, requireDelimiters: true).Build();
    }

    private static (char Sign, SqlToken Token)[] Signs =>
    [
        ('(', SqlToken.Open), (')', SqlToken.Close), (',', SqlToken.Comma), ('.', SqlToken.Dot),
        ('=', SqlToken.Equal), ('<', SqlToken.Less), ('>', SqlToken.Greater),
        ('+', SqlToken.Plus), ('-', SqlToken.Minus), ('*', SqlToken.Star), ('/', SqlToken.Slash), ('%', SqlToken.Percent),
    ];

    private static TextParser<Unit> Delimited(char open, char close) =>
        Character.EqualTo(open)
            .IgnoreThen(Span.EqualTo(new string(close, 2)).Value(Unit.Value).Try()
                .Or(Character.Except(close).Value(Unit.Value))
                .IgnoreMany())
            .IgnoreThen(Character.EqualTo(close).Value(Unit.Value));
}
