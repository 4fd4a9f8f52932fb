using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Management of a subscription's rules.</summary>
internal static class RuleOperations
{
    /// <summary>Rules and bytes of them in one answer; SDKs page beyond it.</summary>
    private const int MaxListed = 10_000;
    private const long MaxListedBytes = 16 * 1024 * 1024;

    public static async Task<ManagementAnswer> AddAsync(SubscriptionRules rules, ManagementArguments arguments)
    {
        var name = arguments.Text("rule-name");
        var description = arguments.Section("rule-description")
            ?? throw ManagementRefusedException.BadRequest("'rule-description' is missing or is not a map.");
        if (description.Section("sql-rule-action")?.OptionalText("expression")?.Trim() is { Length: > 0 })
        {
            return ManagementAnswer.NotSupported("SQL actions are not supported; a rule can only filter.");
        }

        return ManagementAnswer.Done(await rules.AddAsync(new RuleDefinition(name, FilterOf(description))));
    }

    public static async Task<ManagementAnswer> RemoveAsync(SubscriptionRules rules, ManagementArguments arguments) =>
        ManagementAnswer.Done(await rules.RemoveAsync(arguments.Text("rule-name")));

    public static ManagementAnswer List(SubscriptionRules rules, ManagementArguments arguments)
    {
        var skip = (int)Math.Clamp(arguments.Number("skip"), 0, int.MaxValue);
        var top = (int)Math.Clamp(arguments.Number("top"), 1, MaxListed);
        var listed = new List();
        long bytes = 0;
        foreach (var rule in rules.List(skip, top))
        {
            bytes += rule.MemoryBytes;
            if (listed.Count > 0 && bytes > MaxListedBytes)
            {
                break;
            }

            listed.Add(new Map { { "rule-description", RuleEncoder.Encode(rule) } });
        }

        return listed.Count == 0
            ? ManagementAnswer.NoContent()
            : ManagementAnswer.Ok(new Map { { "rules", listed } });
    }

    private static MessageFilter FilterOf(ManagementArguments description)
    {
        var filter = (description.Section("sql-filter"), description.Section("correlation-filter")) switch
        {
            ({ } sql, null) => SqlOf(sql),
            (null, { } correlation) => CorrelationOf(correlation),
            _ => throw ManagementRefusedException.BadRequest(
                "A rule has either 'sql-filter' or 'correlation-filter', as a map."),
        };
        return filter;
    }

    private static MessageFilter SqlOf(ManagementArguments section)
    {
        var expression = section.Text("expression");
        return MessageFilter.TryParseSql(expression, out var filter, out var error)
            ? filter
            : throw ManagementRefusedException.BadRequest($"'{expression}' is no SQL filter: {error}");
    }

    private static MessageFilter.Correlation CorrelationOf(ManagementArguments section)
    {
        var map = section.OptionalMap("properties");
        var properties = PropertyValues.FromMap(map);
        if (properties.Count != (map?.Count ?? 0))
        {
            throw ManagementRefusedException.BadRequest("A property to match has a type that no property may have.");
        }

        var filter = new MessageFilter.Correlation
        {
            CorrelationId = section.OptionalText("correlation-id"),
            MessageId = section.OptionalText("message-id"),
            To = section.OptionalText("to"),
            ReplyTo = section.OptionalText("reply-to"),
            Subject = section.OptionalText("label"),
            SessionId = section.OptionalText("session-id"),
            ReplyToSessionId = section.OptionalText("reply-to-session-id"),
            ContentType = section.OptionalText("content-type"),
            Properties = properties,
        };
        return filter.HasConditions
            ? filter
            : throw ManagementRefusedException.BadRequest("A correlation filter has at least one condition.");
    }
}
