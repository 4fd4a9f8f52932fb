namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>A part that is true, false, or null where that is not known. Only what is true matches.</summary>
internal abstract record SqlPredicate : SqlNode
{
    internal abstract bool? Evaluate(FilterSubject subject);
}

/// <summary>Unknown unless one side settles it: false.</summary>
internal sealed record SqlAnd(SqlPredicate Left, SqlPredicate Right) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject)
    {
        var left = Left.Evaluate(subject);
        return left == false ? false : left & Right.Evaluate(subject);
    }
}

/// <summary>Unknown unless one side settles it: true.</summary>
internal sealed record SqlOr(SqlPredicate Left, SqlPredicate Right) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject)
    {
        var left = Left.Evaluate(subject);
        return left == true ? true : left | Right.Evaluate(subject);
    }
}

/// <summary>The opposite; of unknown, unknown.</summary>
internal sealed record SqlNot(SqlPredicate Operand) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject) => !Operand.Evaluate(subject);
}

/// <summary><c>= &lt;&gt; &lt; &lt;= &gt; &gt;=</c>.</summary>
internal sealed record SqlComparison(SqlToken Operator, SqlExpression Left, SqlExpression Right) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject) =>
        SqlCompare.Compare(Operator, Left.Evaluate(subject), Right.Evaluate(subject));
}

/// <summary>Whether a value is one of several: as a chain of comparisons put together by OR.</summary>
internal sealed record SqlIn(SqlExpression Operand, IReadOnlyList<SqlExpression> Items) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject)
    {
        if (Operand.Evaluate(subject) is not { } value)
        {
            return null;
        }

        bool? result = false;
        foreach (var item in Items)
        {
            result |= SqlCompare.Compare(SqlToken.Equal, value, item.Evaluate(subject));
            if (result == true)
            {
                return true;
            }
        }

        return result;
    }
}

/// <summary>Whether a text is as a pattern says; unknown for what is no text, or no pattern.</summary>
internal sealed record SqlLike(SqlExpression Operand, SqlExpression Pattern, SqlExpression? Escape) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject)
    {
        if (Operand.Evaluate(subject) is not string text || Pattern.Evaluate(subject) is not string pattern)
        {
            return null;
        }

        char? escape = null;
        if (Escape is not null)
        {
            if (Escape.Evaluate(subject) is not string { Length: 1 } mark)
            {
                return null;
            }

            escape = mark[0];
        }

        return SqlPattern.TryParse(pattern, escape, out var parsed) ? parsed.IsMatch(text) : null;
    }
}

/// <summary>Whether a property is missing or has no value. Never unknown.</summary>
internal sealed record SqlIsNull(SqlProperty Property) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject) => Property.Evaluate(subject) is null;
}

/// <summary>Whether a property is there, were it with the value null. Never unknown.</summary>
internal sealed record SqlExists(SqlProperty Property) : SqlPredicate
{
    internal override bool? Evaluate(FilterSubject subject) => Property.Exists(subject);
}
