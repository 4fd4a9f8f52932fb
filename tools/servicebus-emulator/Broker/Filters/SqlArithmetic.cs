using System.Globalization;
using System.Numerics;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// <c>+ - * / %</c> as C# has them: whole numbers wrap around and divide without a rest, and a text takes whatever is
/// added to it. What C# would throw at (types that do not go together, a whole number divided by zero) is unknown.
/// </summary>
internal static class SqlArithmetic
{
    /// <summary>A text that grows longer is unknown: no property is as long, and each message is filtered anew.</summary>
    private const int MaxTextCharacters = 64 * 1024;

    /// <summary>
    /// A sign is taken as an operation on zero, which widens the operand as C# does: what is narrower than int becomes
    /// one. The zero of floating-point numbers is negative, so that theirs keep their signs.
    /// </summary>
    internal static object? Sign(bool isMinus, object? operand) =>
        operand is not null && SqlNumbers.IsNumber(operand)
            ? Calculate(isMinus ? SqlToken.Minus : SqlToken.Plus, operand is double or float ? -0.0f : 0, operand)
            : null;

    internal static object? Calculate(SqlToken operation, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (operation == SqlToken.Plus && (left is string || right is string))
        {
            return Join(left, right);
        }

        if (!SqlNumbers.IsNumber(left) || !SqlNumbers.IsNumber(right))
        {
            return SqlTimes.Calculate(operation, left, right);
        }

        return SqlNumbers.CommonType(left, right) switch
        {
            TypeCode.Double => Calculate<double>(operation, left, right),
            TypeCode.Single => Calculate<float>(operation, left, right),
            TypeCode.Decimal => Calculate<decimal>(operation, left, right),
            TypeCode.UInt64 => Calculate<ulong>(operation, left, right),
            TypeCode.Int64 => Calculate<long>(operation, left, right),
            TypeCode.UInt32 => Calculate<uint>(operation, left, right),
            _ => Calculate<int>(operation, left, right),
        };
    }

    private static object? Calculate<T>(SqlToken operation, object left, object right)
        where T : INumber<T>
    {
        var (first, second) = (SqlNumbers.To<T>(left), SqlNumbers.To<T>(right));
        try
        {
            return operation switch
            {
                SqlToken.Plus => first + second,
                SqlToken.Minus => first - second,
                SqlToken.Star => first * second,
                SqlToken.Slash => first / second,
                SqlToken.Percent => first % second,
                _ => throw new InvalidOperationException($"{operation} is no arithmetic."),
            };
        }
        catch (ArithmeticException)
        {
            // Division by zero, or a decimal that overflows: there is no result, and a filter has nobody to tell.
            return null;
        }
    }

    private static string? Join(object left, object right)
    {
        var joined = string.Format(CultureInfo.InvariantCulture, "{0}{1}", left, right);
        return joined.Length <= MaxTextCharacters ? joined : null;
    }
}
