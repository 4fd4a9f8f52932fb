using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

/// <summary>Filters made by chance: read back as they were printed, and judged as the naive model judges them.</summary>
public sealed class SqlFilterPropertyTests
{
    [Fact]
    public void What_is_printed_is_read_back_as_it_was() => SqlGenerator.Predicate.Sample(predicate =>
    {
        var text = SqlPrinter.Print(predicate);
        if (text.Length > SqlParser.MaxCharacters)
        {
            return;
        }

        Assert.True(SqlParser.TryParse(text, out var parsed, out var error), $"{error} in {text}");
        Assert.Equal(SqlPrinter.Tree(predicate), SqlPrinter.Tree(parsed));
    });

    [Fact]
    public void A_filter_is_judged_as_by_the_model() =>
        Gen.Select(SqlGenerator.Predicate, SqlGenerator.Subject).Sample((predicate, subject) =>
        {
            var judged = predicate.Evaluate(subject) switch { true => 'T', false => 'F', null => 'U' };

            Assert.True(
                SqlModel.Judge(predicate, subject) == judged,
                $"{judged} for {SqlPrinter.Print(predicate)} on {string.Join(", ", subject.Message.ApplicationProperties)}");
        });

    [Fact]
    public void Whatever_is_given_is_read_or_refused_with_a_reason() =>
        Gen.OneOf(
            Gen.String,
            Gen.String[Gen.Char["()[]'\"=<>!+-*/%,._@ 19eEaNOTnulIikSs\n"], 0, 200],
            Gen.Select(SqlGenerator.Predicate, Gen.Int[0, 500], Gen.Char["()'[].,=%e N0"], Damage)).Sample(text =>
        {
            var isParsed = SqlParser.TryParse(text, out var predicate, out var error);

            Assert.Equal(isParsed, predicate is not null);
            Assert.Equal(isParsed, error.Length == 0);
        });

    private static string Damage(SqlPredicate predicate, int at, char with)
    {
        var text = SqlPrinter.Print(predicate);
        at %= text.Length;
        return text[..at] + with + text[(at + 1)..];
    }
}
