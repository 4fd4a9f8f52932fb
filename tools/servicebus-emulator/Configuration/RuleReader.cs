using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>Reads the rules of a subscription.</summary>
internal static class RuleReader
{
    private const int MaxRuleName = 50;
    private const int MaxValue = 1_024;

    internal static RuleDefinition Read(ConfigurationSection section, UniqueNames names)
    {
        var name = names.Take(section, MaxRuleName, allowsSlash: false);
        var properties = section.Section("Properties", isRequired: true);
        section.End();
        var type = properties.Text("FilterType", MaxRuleName, isRequired: true);
        var filter = type?.ToUpperInvariant() switch
        {
            "CORRELATION" => ReadCorrelation(properties),
            "SQL" => ReadSql(properties.Section("SqlFilter", isRequired: true)),
            "TRUE" => new MessageFilter.All(),
            "FALSE" => new MessageFilter.None(),
            null => new MessageFilter.None(),
            _ => Unknown(properties, type),
        };
        ReadAction(properties.Section("Action", isRequired: false));
        properties.End();
        return new RuleDefinition(name, filter);
    }

    /// <summary>An action without an expression is allowed, and does nothing.</summary>
    private static void ReadAction(ConfigurationSection section)
    {
        if (!string.IsNullOrWhiteSpace(section.Text("SqlExpression", SqlParser.MaxCharacters, isRequired: false)))
        {
            section.Fail("SqlExpression", "not supported: SQL actions.");
        }

        section.Refuse("RequiresPreprocessing", "CompatibilityLevel", "Parameters");
        section.End();
    }

    private static MessageFilter.None Unknown(ConfigurationSection properties, string type)
    {
        properties.Fail("FilterType", $"\"{type}\"", "Correlation, Sql, True or False");
        return new MessageFilter.None();
    }

    private static MessageFilter.Correlation ReadCorrelation(ConfigurationSection properties)
    {
        var section = properties.Section("CorrelationFilter", isRequired: true);
        var filter = new MessageFilter.Correlation
        {
            ContentType = Value(section, "ContentType"),
            CorrelationId = Value(section, "CorrelationId"),
            Subject = Value(section, "Label") ?? Value(section, "Subject"),
            MessageId = Value(section, "MessageId"),
            ReplyTo = Value(section, "ReplyTo"),
            ReplyToSessionId = Value(section, "ReplyToSessionId"),
            SessionId = Value(section, "SessionId"),
            To = Value(section, "To"),
            Properties = section.Section("Properties", isRequired: false).Values(),
        };
        section.End();
        if (!filter.HasConditions)
        {
            properties.Fail("CorrelationFilter", "there is no condition; permitted: at least one (the filter True takes everything).");
        }

        return filter;
    }

    private static MessageFilter ReadSql(ConfigurationSection section)
    {
        var expression = section.Text("SqlExpression", SqlParser.MaxCharacters, isRequired: true);
        section.Refuse("RequiresPreprocessing", "CompatibilityLevel", "Parameters");
        section.End();
        if (expression is null)
        {
            return new MessageFilter.None();
        }

        if (!MessageFilter.TryParseSql(expression, out var filter, out var error))
        {
            section.Fail("SqlExpression", $"\"{expression.ReplaceLineEndings(" ")}\" is no SQL filter: {error}");
        }

        return filter ?? new MessageFilter.None();
    }

    private static string? Value(ConfigurationSection section, string key) =>
        section.Text(key, MaxValue, isRequired: false);
}
