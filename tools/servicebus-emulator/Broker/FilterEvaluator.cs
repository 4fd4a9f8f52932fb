using System.Globalization;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Decides whether a subscription takes a message: when any of its rules matches.</summary>
internal static class FilterEvaluator
{
    internal static bool IsMatch(IReadOnlyList<RuleDefinition> rules, FilterSubject subject)
    {
        foreach (var rule in rules)
        {
            if (IsMatch(rule.Filter, subject))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMatch(MessageFilter filter, FilterSubject subject) => filter switch
    {
        MessageFilter.All => true,
        MessageFilter.None => false,
        MessageFilter.Correlation correlation => IsMatch(correlation, subject.Message),
        MessageFilter.Sql sql => sql.Predicate.Evaluate(subject) == true,
        _ => throw new InvalidOperationException($"The filter {filter.GetType().Name} is unknown."),
    };

    private static bool IsMatch(MessageFilter.Correlation filter, BrokerMessage message) =>
        IsMatch(filter.CorrelationId, message.CorrelationId)
        && IsMatch(filter.MessageId, message.MessageId)
        && IsMatch(filter.To, message.To)
        && IsMatch(filter.ReplyTo, message.ReplyTo)
        && IsMatch(filter.Subject, message.Subject)
        && IsMatch(filter.SessionId, message.SessionId)
        && IsMatch(filter.ReplyToSessionId, message.ReplyToSessionId)
        && IsMatch(filter.ContentType, message.ContentType)
        && filter.Properties.All(property =>
            message.ApplicationProperties.TryGetValue(property.Key, out var value) && AreEqual(property.Value, value));

    private static bool IsMatch(string? expected, string? actual) =>
        expected is null || string.Equals(expected, actual, StringComparison.Ordinal);

    /// <summary>A number from a configuration file has another type than the sender's; its value counts.</summary>
    private static bool AreEqual(object? expected, object? actual) => (expected, actual) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        _ when IsNumber(expected) && IsNumber(actual) => AreEqualNumbers(expected, actual),
        _ => expected.Equals(actual),
    };

    private static bool AreEqualNumbers(object left, object right) =>
        left is double or float || right is double or float
            ? ToDouble(left).Equals(ToDouble(right))
            : ToDecimal(left) == ToDecimal(right);

    private static bool IsNumber(object value) =>
        value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal;

    private static double ToDouble(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static decimal ToDecimal(object value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);
}
