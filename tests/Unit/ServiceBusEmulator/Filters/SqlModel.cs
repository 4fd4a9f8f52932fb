using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CSharp.RuntimeBinder;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

/// <summary>
/// What a filter means, the slow way: operators are the C# compiler's own, bound at run time, and what they throw at is
/// unknown; patterns are regular expressions; logic is the tables of the service's documentation.
/// </summary>
internal static class SqlModel
{
    private const string TrueFalseUnknown = "TFU";

    /// <summary>Rows and columns in the order T, F, U.</summary>
    private static readonly string[] And = ["TFU", "FFF", "UFU"];
    private static readonly string[] Or = ["TTT", "TFU", "TUU"];

    public static char Judge(SqlPredicate predicate, FilterSubject subject) => predicate switch
    {
        SqlAnd and => And[IndexOf(and.Left, subject)][IndexOf(and.Right, subject)],
        SqlOr or => Or[IndexOf(or.Left, subject)][IndexOf(or.Right, subject)],
        SqlNot not => "FTU"[IndexOf(not.Operand, subject)],
        SqlComparison test => Compare(test.Operator, Value(test.Left, subject), Value(test.Right, subject)),
        SqlIn test => In(test, subject),
        SqlLike test => Like(Value(test.Operand, subject), Value(test.Pattern, subject), test.Escape is not null),
        SqlIsNull test => Value(test.Property, subject) is null ? 'T' : 'F',
        SqlExists test => Exists(test.Property, subject) ? 'T' : 'F',
        _ => throw new InvalidOperationException($"{predicate.GetType().Name} is unknown."),
    };

    private static int IndexOf(SqlPredicate predicate, FilterSubject subject) =>
        TrueFalseUnknown.IndexOf(Judge(predicate, subject), StringComparison.Ordinal);

    private static object? Value(SqlExpression expression, FilterSubject subject) => expression switch
    {
        SqlConstant constant => constant.Value,
        SqlNewId => subject.NewId(),
        SqlSystemProperty property => property.Name switch
        {
            "Label" => subject.Message.Subject,
            "SessionId" => subject.Message.SessionId,
            "Size" => (long)subject.Message.Payload.Length,
            _ => null,
        },
        SqlUserProperty property => User(property.Name, subject).Value,
        SqlPropertyCall call => Value(call.Name, subject) is string name ? User(name, subject).Value : null,
        SqlSign sign => Number(sign.IsMinus ? operand => -operand : operand => +operand, Value(sign.Operand, subject)),
        SqlCalculation sum => Calculate(sum.Operator, Value(sum.Left, subject), Value(sum.Right, subject)),
        _ => throw new InvalidOperationException($"{expression.GetType().Name} is unknown."),
    };

    private static bool Exists(SqlProperty property, FilterSubject subject) => property is SqlUserProperty user
        ? User(user.Name, subject).IsThere
        : Value(property, subject) is not null;

    private static (bool IsThere, object? Value) User(string name, FilterSubject subject)
    {
        var found = subject.Message.ApplicationProperties
            .Where(pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(pair => pair.Key == name)
            .ToArray();
        return found is [var first, ..] ? (true, first.Value) : (false, null);
    }

    private static char In(SqlIn test, FilterSubject subject)
    {
        var value = Value(test.Operand, subject);
        var verdicts = test.Items.Select(item => Compare(SqlToken.Equal, value, Value(item, subject))).ToArray();
        return verdicts.Contains('T') ? 'T' : value is null || verdicts.Contains('U') ? 'U' : 'F';
    }

    private static char Like(object? operand, object? pattern, bool hasEscape)
    {
        if (operand is not string text || pattern is not string like)
        {
            return 'U';
        }

        var regex = new StringBuilder();
        for (var index = 0; index < like.Length; index++)
        {
            if (hasEscape && like[index] == '\\')
            {
                if (++index == like.Length)
                {
                    return 'U';
                }

                regex.Append(Regex.Escape(like[index..(index + 1)]));
            }
            else
            {
                regex.Append(like[index] switch
                {
                    '%' => ".*",
                    '_' => ".",
                    var other => Regex.Escape(other.ToString()),
                });
            }
        }

        var options = RegexOptions.Singleline | RegexOptions.CultureInvariant;
        return Regex.IsMatch(text, $"\\A(?:{regex})\\z", options) ? 'T' : 'F';
    }

    private static object? Number(Func<dynamic, dynamic> operation, object? operand) =>
        operand is null or string ? null : Bind(() => operation(operand));

    private static object? Calculate(SqlToken operation, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (operation == SqlToken.Plus && (left is string || right is string))
        {
            return string.Format(CultureInfo.InvariantCulture, "{0}{1}", left, right);
        }

        dynamic first = left, second = right;
        return Bind(() => operation switch
        {
            SqlToken.Plus => first + second,
            SqlToken.Minus => first - second,
            SqlToken.Star => first * second,
            SqlToken.Slash => first / second,
            _ => first % second,
        });
    }

    private static char Compare(SqlToken operation, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return 'U';
        }

        // Texts have an order here, though C# gives them none: that of their characters.
        var (first, second) = left is string one && right is string two
            ? ((dynamic)string.CompareOrdinal(one, two), (dynamic)0)
            : (left, right);
        var result = Bind(() => operation switch
        {
            SqlToken.Equal => first == second,
            SqlToken.NotEqual => first != second,
            SqlToken.Less => first < second,
            SqlToken.LessOrEqual => first <= second,
            SqlToken.Greater => first > second,
            _ => first >= second,
        });
        return result switch
        {
            true => 'T',
            false => 'F',
            _ => 'U',
        };
    }

    private static object? Bind(Func<dynamic> operation)
    {
        try
        {
            return operation();
        }
        catch (Exception failure) when (failure is RuntimeBinderException or ArithmeticException)
        {
            // C# has no such operation: unknown.
            return null;
        }
    }
}
