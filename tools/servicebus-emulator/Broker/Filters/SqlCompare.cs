using System.Numerics;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// <c>= &lt;&gt; &lt; &lt;= &gt; &gt;=</c>: numbers by value, whatever their types; texts character by character, in their
/// case; truth values for equality only. Types that do not go together are unknown.
/// </summary>
internal static class SqlCompare
{
    internal static bool? Compare(SqlToken operation, object? left, object? right) => (left, right) switch
    {
        (null, _) or (_, null) => null,
        (string first, string second) => Ordered(operation, string.CompareOrdinal(first, second)),
        (bool first, bool second) => Equality(operation, first == second),
        (Guid first, Guid second) => Ordered(operation, first.CompareTo(second)),
        (TimeSpan first, TimeSpan second) => Ordered(operation, first.CompareTo(second)),
        _ when SqlTimes.Find(left) is { } first && SqlTimes.Find(right) is { } second => Ordered(operation, first.CompareTo(second)),
        _ when SqlNumbers.IsNumber(left) && SqlNumbers.IsNumber(right) => Numbers(operation, left, right),
        _ => null,
    };

    private static bool? Numbers(SqlToken operation, object left, object right) =>
        SqlNumbers.CommonType(left, right) switch
        {
            TypeCode.Double => Numbers<double>(operation, left, right),
            TypeCode.Single => Numbers<float>(operation, left, right),
            TypeCode.Decimal => Numbers<decimal>(operation, left, right),
            TypeCode.UInt64 => Numbers<ulong>(operation, left, right),
            _ => Numbers<long>(operation, left, right),
        };

    /// <summary>By the operators themselves: with a NaN all but <c>&lt;&gt;</c> are false.</summary>
    private static bool Numbers<T>(SqlToken operation, object left, object right)
        where T : INumber<T>
    {
        var (first, second) = (SqlNumbers.To<T>(left), SqlNumbers.To<T>(right));
        return operation switch
        {
            SqlToken.Equal => first == second,
            SqlToken.NotEqual => first != second,
            SqlToken.Less => first < second,
            SqlToken.LessOrEqual => first <= second,
            SqlToken.Greater => first > second,
            SqlToken.GreaterOrEqual => first >= second,
            _ => throw Unknown(operation),
        };
    }

    private static bool? Ordered(SqlToken operation, int order) => operation switch
    {
        SqlToken.Less => order < 0,
        SqlToken.LessOrEqual => order <= 0,
        SqlToken.Greater => order > 0,
        SqlToken.GreaterOrEqual => order >= 0,
        _ => Equality(operation, order == 0),
    };

    private static bool? Equality(SqlToken operation, bool areEqual) => operation switch
    {
        SqlToken.Equal => areEqual,
        SqlToken.NotEqual => !areEqual,
        SqlToken.Less or SqlToken.LessOrEqual or SqlToken.Greater or SqlToken.GreaterOrEqual => null,
        _ => throw Unknown(operation),
    };

    private static InvalidOperationException Unknown(SqlToken operation) => new($"{operation} is no comparison.");
}
