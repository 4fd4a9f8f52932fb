using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

/// <summary>Filters of every form, and messages whose properties they meet often.</summary>
internal static class SqlGenerator
{
    private const int MaxDepth = 4;

    private static readonly SqlToken[] Comparisons =
    [
        SqlToken.Equal, SqlToken.NotEqual, SqlToken.Less, SqlToken.LessOrEqual, SqlToken.Greater, SqlToken.GreaterOrEqual,
    ];

    private static readonly SqlToken[] Calculations =
        [SqlToken.Plus, SqlToken.Minus, SqlToken.Star, SqlToken.Slash, SqlToken.Percent];

    private static readonly string[] Names = ["a", "B", "count", "two words", "]odd\"", "schlüssel"];

    private static readonly Gen<string> Text = Gen.String[Gen.Char["abA%_'ß\\"], 0, 4];

    private static readonly Gen<string?> OptionalText =
        Gen.Select(Gen.Bool, Text, (isGiven, text) => isGiven ? text : null);

    private static readonly Gen<SqlExpression> Constant = Gen.OneOf<object?>(
            Gen.Const((object?)null),
            Gen.Bool.Select(value => (object?)value),
            Text.Select(value => (object?)value),
            Gen.Long[0, 9].Select(value => (object?)value),
            Gen.Long[0, long.MaxValue].Select(value => (object?)value),
            Gen.Double[0, 9].Select(value => (object?)Math.Round(value, 1)))
        .Select(value => (SqlExpression)new SqlConstant(value));

    private static readonly Gen<SqlProperty> Property = Gen.OneOf<SqlProperty>(
        OneOf(Names).Select(name => (SqlProperty)new SqlUserProperty(name)),
        OneOf("Label", "SessionId", "Size", "TimeToLive").Select(name => (SqlProperty)System(name)));

    public static Gen<SqlPredicate> Predicate { get; } = PredicateOf(MaxDepth);

    /// <summary>Properties in the types that clients send.</summary>
    public static Gen<FilterSubject> Subject { get; } = Gen.Select(
        Gen.Dictionary(OneOf([.. Names, "A", "b"]), Value())[0, 5], OptionalText, OptionalText, (properties, label, session) =>
            new FilterSubject(
                new BrokerMessage
                {
                    Payload = new byte[3],
                    Subject = label,
                    SessionId = session,
                    ApplicationProperties = (IReadOnlyDictionary<string, object?>)properties,
                },
                DateTimeOffset.UnixEpoch,
                7,
                () => Guid.Empty));

    private static SqlSystemProperty System(string name) => SystemProperties.TryFind(name, out var read)
        ? new SqlSystemProperty(name, read)
        : throw new InvalidOperationException($"There is no {name}.");

    private static Gen<T> OneOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(index => items[index]);

    private static Gen<object?> Value() => Gen.OneOf<object?>(
        Gen.Const((object?)null),
        Gen.Bool.Select(value => (object?)value),
        Text.Select(value => (object?)value),
        Gen.Byte.Select(value => (object?)value),
        Gen.Short.Select(value => (object?)value),
        Gen.Int[0, 9].Select(value => (object?)value),
        Gen.Int.Select(value => (object?)value),
        Gen.UInt.Select(value => (object?)value),
        Gen.Long.Select(value => (object?)value),
        Gen.Float[0, 9].Select(value => (object?)value),
        Gen.Double[-9, 9].Select(value => (object?)value),
        Gen.Guid.Select(value => (object?)value));

    private static Gen<SqlExpression> ExpressionOf(int depth)
    {
        var leaf = Gen.OneOf(Constant, Property.Select(property => (SqlExpression)property));
        if (depth == 0)
        {
            return leaf;
        }

        var inner = ExpressionOf(depth - 1);
        return Gen.Frequency(
            (4, leaf),
            (2, Gen.Select(OneOf(Calculations), inner, inner, (sign, left, right) =>
                (SqlExpression)new SqlCalculation(sign, left, right))),
            (1, Gen.Select(Gen.Bool, inner, (isMinus, operand) => (SqlExpression)new SqlSign(isMinus, operand))),
            (1, inner.Select(name => (SqlExpression)new SqlPropertyCall(name))),
            (1, Gen.Const((SqlExpression)new SqlNewId())));
    }

    private static Gen<SqlPredicate> PredicateOf(int depth)
    {
        var value = ExpressionOf(2);
        var test = Gen.OneOf(
            Gen.Select(OneOf(Comparisons), value, value, (sign, left, right) =>
                (SqlPredicate)new SqlComparison(sign, left, right)),
            Gen.Select(value, value.Array[1, 3], (operand, items) => (SqlPredicate)new SqlIn(operand, items)),
            Gen.Select(value, Pattern(), (operand, pattern) => (SqlPredicate)new SqlLike(operand, pattern.Text, pattern.Mark)),
            Property.Select(property => (SqlPredicate)new SqlIsNull(property)),
            Property.Select(property => (SqlPredicate)new SqlExists(property)));
        if (depth == 0)
        {
            return test;
        }

        var inner = PredicateOf(depth - 1);
        return Gen.Frequency(
            (2, test),
            (1, Gen.Select(inner, inner, (left, right) => (SqlPredicate)new SqlAnd(left, right))),
            (1, Gen.Select(inner, inner, (left, right) => (SqlPredicate)new SqlOr(left, right))),
            (1, inner.Select(operand => (SqlPredicate)new SqlNot(operand))));
    }

    /// <summary>Fixed patterns are sound; others may turn out to end with their escape character.</summary>
    private static Gen<(SqlExpression Text, SqlExpression? Mark)> Pattern() => Gen.OneOf(
        Text.Select(text => ((SqlExpression)new SqlConstant(text), (SqlExpression?)null)),
        Text.Select(text => ((SqlExpression)new SqlConstant(text.TrimEnd('\\')), (SqlExpression?)new SqlConstant("\\"))),
        Property.Select(property => ((SqlExpression)property, (SqlExpression?)new SqlConstant("\\"))));
}
