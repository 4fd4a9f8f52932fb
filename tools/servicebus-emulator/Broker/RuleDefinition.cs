namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A named filter of a subscription.</summary>
/// <param name="Name">The rule's name, at most 50 characters.</param>
/// <param name="Filter">What it matches.</param>
public sealed record RuleDefinition(string Name, MessageFilter Filter)
{
    /// <summary>The rule of a subscription that has no other: every message.</summary>
    public static RuleDefinition Default { get; } = new("$Default", new MessageFilter.All());

    /// <summary>What the rule costs in memory, roughly: objects, texts, and the parts that a SQL filter is parsed into.</summary>
    internal long MemoryBytes => 512 + Filter switch
    {
        MessageFilter.Sql sql => sql.Expression.Length * 64L,
        MessageFilter.Correlation correlation => correlation.MemoryBytes,
        _ => 0,
    };
}
