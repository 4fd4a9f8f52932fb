namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>
/// The comparisons of filters. Equality is for all single values, and those of different types are never equal; order is
/// for numbers, and nothing is more or less than null.
/// </summary>
internal static class FilterComparison
{
    public static FilterExpression Compare(FilterToken kind, FilterExpression left, FilterExpression right) =>
        kind is FilterToken.Equal or FilterToken.NotEqual ? Equality(kind, left, right) : Order(kind, left, right);

    /// <summary>Membership of the groups, or equality with any value of a list.</summary>
    public static FilterExpression In(FilterExpression left, IReadOnlyList<FilterExpression> right)
    {
        ExpectSingle(left, "The left of 'in'");
        if (right is [{ Type: FilterType.Groups }])
        {
            return FilterExpression.Boolean(subject => left.Value(subject) is string group && subject.IsInGroup(group));
        }

        foreach (var item in right) ExpectSingle(item, "An item of the list of 'in'");
        return FilterExpression.Boolean(subject =>
        {
            var value = left.Value(subject);
            return right.Any(item => Equals(item.Value(subject), value));
        });
    }

    private static FilterExpression Equality(FilterToken kind, FilterExpression left, FilterExpression right)
    {
        ExpectSingle(left, "A comparison");
        ExpectSingle(right, "A comparison");
        var expected = kind == FilterToken.Equal;
        return FilterExpression.Boolean(subject => Equals(left.Value(subject), right.Value(subject)) == expected);
    }

    private static FilterExpression Order(FilterToken kind, FilterExpression left, FilterExpression right)
    {
        ExpectNumber(left, kind);
        ExpectNumber(right, kind);
        return FilterExpression.Boolean(subject =>
            left.Value(subject) is int one && right.Value(subject) is int other && kind switch
            {
                FilterToken.Greater => one > other,
                FilterToken.GreaterOrEqual => one >= other,
                FilterToken.Less => one < other,
                _ => one <= other,
            });
    }

    private static void ExpectNumber(FilterExpression operand, FilterToken kind)
    {
        if (operand.Type is not (FilterType.Number or FilterType.Null))
        {
            throw new FormatException($"'{kind}' needs numbers, not a {FilterExpression.Describe(operand.Type)}.");
        }
    }

    private static void ExpectSingle(FilterExpression operand, string where)
    {
        if (operand.Type == FilterType.Groups) throw new FormatException($"{where} needs a single value, not the groups.");
    }
}
