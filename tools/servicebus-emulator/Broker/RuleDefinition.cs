namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A named filter of a subscription.</summary>
/// <param name="Name">The rule's name, at most 50 characters.</param>
/// <param name="Filter">What it matches.</param>
public sealed record RuleDefinition(string Name, MessageFilter Filter)
{
    /// <summary>The rule of a subscription that has no other: every message.</summary>
    public static RuleDefinition Default { get; } = new("$Default", new MessageFilter.All());
}

/// <summary>What a rule matches. The derived records are all there are.</summary>
public abstract record MessageFilter
{
    private MessageFilter()
    {
    }

    /// <summary>Matches every message.</summary>
    public sealed record All : MessageFilter;

    /// <summary>Matches no message.</summary>
    public sealed record None : MessageFilter;

    /// <summary>Matches messages in which every field given here is equal, strings by ordinal comparison.</summary>
    public sealed record Correlation : MessageFilter
    {
        /// <summary>The correlation id to match.</summary>
        public string? CorrelationId { get; init; }

        /// <summary>The message id to match.</summary>
        public string? MessageId { get; init; }

        /// <summary>The destination to match.</summary>
        public string? To { get; init; }

        /// <summary>The reply address to match.</summary>
        public string? ReplyTo { get; init; }

        /// <summary>The subject to match (the official configuration calls it Label).</summary>
        public string? Subject { get; init; }

        /// <summary>The session id to match.</summary>
        public string? SessionId { get; init; }

        /// <summary>The session of the reply to match.</summary>
        public string? ReplyToSessionId { get; init; }

        /// <summary>The media type to match.</summary>
        public string? ContentType { get; init; }

        /// <summary>Application properties to match, all of them; numbers match by value, whatever their width.</summary>
        public IReadOnlyDictionary<string, object?> Properties { get; init; } = new Dictionary<string, object?>();
    }
}
