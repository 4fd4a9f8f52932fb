using System.Globalization;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// Which type two numbers meet in: C#'s binary numeric promotion. Where C# has none (unsigned 64-bit numbers with
/// signed ones, decimals with doubles) the wider of what could hold both is taken.
/// </summary>
internal static class SqlNumbers
{
    internal static bool IsNumber(object value) => value is byte or sbyte or short or ushort or char or int or uint
        or long or ulong or float or double or decimal;

    internal static TypeCode CommonType(object left, object right)
    {
        var (first, second) = (Type.GetTypeCode(left.GetType()), Type.GetTypeCode(right.GetType()));
        if (Either(first, second, TypeCode.Double))
        {
            return TypeCode.Double;
        }

        if (Either(first, second, TypeCode.Single))
        {
            return Either(first, second, TypeCode.Decimal) ? TypeCode.Double : TypeCode.Single;
        }

        if (Either(first, second, TypeCode.Decimal))
        {
            return TypeCode.Decimal;
        }

        if (Either(first, second, TypeCode.UInt64))
        {
            return IsSigned(first) || IsSigned(second) ? TypeCode.Decimal : TypeCode.UInt64;
        }

        if (Either(first, second, TypeCode.Int64))
        {
            return TypeCode.Int64;
        }

        if (Either(first, second, TypeCode.UInt32))
        {
            return IsSigned(first) || IsSigned(second) ? TypeCode.Int64 : TypeCode.UInt32;
        }

        return TypeCode.Int32;
    }

    internal static T To<T>(object value) =>
        (T)Convert.ChangeType(value is char character ? (int)character : value, typeof(T), CultureInfo.InvariantCulture);

    private static bool Either(TypeCode first, TypeCode second, TypeCode wanted) => first == wanted || second == wanted;

    private static bool IsSigned(TypeCode type) =>
        type is TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64;
}
