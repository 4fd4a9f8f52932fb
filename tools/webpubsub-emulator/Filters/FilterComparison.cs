namespace ServerlessGateway.WebPubSubEmulator.Filters;

/// <summary>The comparisons of filters, each with the types that it makes sense for.</summary>
internal static class FilterComparison
{
    public static FilterExpression Equality(FilterToken kind, FilterExpression left, FilterExpression right)
    {
        var comparable = left.Type == right.Type && left.Type != FilterType.Groups;
        var withNull = (left.Type, right.Type) is (FilterType.Text, FilterType.Null) or (FilterType.Null, FilterType.Text);
        if (!comparable && !withNull) throw Mismatch(kind, left, right);
        var expected = kind == FilterToken.Equal;
        return FilterExpression.Boolean(subject => Equals(left.Value(subject), right.Value(subject)) == expected);
    }

    public static FilterExpression Order(FilterToken kind, FilterExpression left, FilterExpression right)
    {
        if (left.Type != right.Type || left.Type is not (FilterType.Number or FilterType.Text))
        {
            throw Mismatch(kind, left, right);
        }

        return FilterExpression.Boolean(subject =>
        {
            var (one, other) = (left.Value(subject), right.Value(subject));
            if (one is null || other is null) return false;
            var order = one is int number ? number.CompareTo((int)other) : string.CompareOrdinal((string)one, (string)other);
            return kind switch
            {
                FilterToken.Greater => order > 0,
                FilterToken.GreaterOrEqual => order >= 0,
                FilterToken.Less => order < 0,
                _ => order <= 0,
            };
        });
    }

    public static FilterExpression InGroups(FilterExpression left, FilterExpression right)
    {
        left.Expect(FilterType.Text, "The left of 'in'");
        right.Expect(FilterType.Groups, "The right of 'in'");
        return FilterExpression.Boolean(subject =>
            left.TextOf(subject) is { } group && subject.IsInGroup(group));
    }

    public static FilterExpression InList(FilterExpression left, FilterExpression[] items)
    {
        if (items.Length == 0) throw new FormatException("The list of 'in' is empty.");
        foreach (var item in items) item.Expect(left.Type, "An item of the list of 'in'");
        return FilterExpression.Boolean(subject =>
        {
            var value = left.Value(subject);
            return Array.Exists(items, item => Equals(item.Value(subject), value));
        });
    }

    private static FormatException Mismatch(FilterToken kind, FilterExpression left, FilterExpression right) => new(
        $"'{kind}' cannot compare a {FilterExpression.Describe(left.Type)} with a {FilterExpression.Describe(right.Type)}.");
}
