using System.Globalization;
using System.Reflection;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.ServiceBusEmulator.Limits;

/// <summary>
/// Reads <c>NAME=VALUE</c> from the command line. The names are those of the properties of <see cref="AmqpLimits"/>,
/// <see cref="BrokerOptions"/> and <see cref="JournalOptions"/>, so that no limit can be forgotten here.
/// </summary>
internal static class LimitReader
{
    /// <summary>Where the protocol or the file format leaves less than "above zero".</summary>
    private static readonly Dictionary<string, (long Least, long Most)> Ranges = new(StringComparer.Ordinal)
    {
        [nameof(AmqpLimits.MaxFrameBytes)] = (512, int.MaxValue),
        [nameof(AmqpLimits.MaxBytesBeingRead)] = (65_536, int.MaxValue),
        [nameof(AmqpLimits.MaxSessionsPerConnection)] = (1, ushort.MaxValue),
    };

    /// <summary>All names, in the order of their records.</summary>
    public static IEnumerable<string> Names =>
        Properties(typeof(AmqpLimits)).Concat(Properties(typeof(BrokerOptions))).Concat(Properties(typeof(JournalOptions)))
            .Select(property => property.Name);

    /// <summary>Applies one assignment; false, with what is wrong in one line, where it is none.</summary>
    public static bool TryApply(
        string assignment, ServiceBusEmulatorOptions options, out ServiceBusEmulatorOptions changed, out string problem)
    {
        changed = options;
        var parts = assignment.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts.Length != 2)
        {
            problem = $"--limit {assignment}: NAME=VALUE is expected.";
            return false;
        }

        var name = Names.FirstOrDefault(name => string.Equals(name, parts[0], StringComparison.OrdinalIgnoreCase));
        if (name is null)
        {
            problem = $"--limit {assignment}: there is no such limit. There are: {string.Join(", ", Names)}.";
            return false;
        }

        changed = options with
        {
            Limits = options.Limits with { },
            Broker = options.Broker with { },
            Journal = options.Journal with { },
        };
        var isSet = TrySet(changed.Limits, name, parts[1])
            || TrySet(changed.Broker, name, parts[1])
            || TrySet(changed.Journal, name, parts[1]);
        problem = isSet ? string.Empty : $"--limit {assignment}: {Permitted(name)} is permitted.";
        return problem.Length == 0;
    }

    /// <summary>Sets a property of a record that nobody else has seen yet.</summary>
    private static bool TrySet(object record, string name, string text)
    {
        var property = Properties(record.GetType()).FirstOrDefault(property => property.Name == name);
        if (property is null || Parse(property, text) is not { } value)
        {
            return false;
        }

        property.SetValue(record, value);
        return true;
    }

    private static object? Parse(PropertyInfo property, string text)
    {
        if (property.PropertyType == typeof(TimeSpan))
        {
            return double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e9
                ? TimeSpan.FromSeconds(seconds)
                : null;
        }

        var (least, most) = RangeOf(property);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? Convert.ChangeType(number, property.PropertyType, CultureInfo.InvariantCulture)
            : null;
    }

    private static string Permitted(string name)
    {
        var property = new[] { typeof(AmqpLimits), typeof(BrokerOptions), typeof(JournalOptions) }
            .SelectMany(Properties).First(property => property.Name == name);
        if (property.PropertyType == typeof(TimeSpan))
        {
            return "a number of seconds above 0";
        }

        var (least, most) = RangeOf(property);
        return $"{least} to {most}";
    }

    private static (long Least, long Most) RangeOf(PropertyInfo property) =>
        Ranges.TryGetValue(property.Name, out var range)
            ? range
            : (1, property.PropertyType == typeof(int) ? int.MaxValue : long.MaxValue);

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties()
        .Where(property => property.PropertyType == typeof(int) || property.PropertyType == typeof(long)
            || property.PropertyType == typeof(TimeSpan));
}
