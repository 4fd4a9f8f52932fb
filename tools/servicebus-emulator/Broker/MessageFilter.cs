using System.Diagnostics.CodeAnalysis;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What a rule matches. The derived records are all there are.</summary>
public abstract record MessageFilter
{
    private MessageFilter()
    {
    }

    /// <summary>
    /// Reads a SQL expression. The two that stand for everything and nothing, <c>1=1</c> and <c>1=0</c>, become
    /// <see cref="All"/> and <see cref="None"/>, as in the service.
    /// </summary>
    /// <param name="expression">At most 1,024 characters.</param>
    /// <param name="filter">The filter, on success.</param>
    /// <param name="error">On failure where and why it is none; empty on success.</param>
    public static bool TryParseSql(string expression, [NotNullWhen(true)] out MessageFilter? filter, out string error)
    {
        filter = null;
        if (SqlParser.TryParse(expression, out var predicate, out error))
        {
            filter = expression.Replace(" ", "", StringComparison.Ordinal) switch
            {
                "1=1" => new All(),
                "1=0" => new None(),
                _ => new Sql(expression, predicate),
            };
        }

        return filter is not null;
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

        /// <summary>Whether there is anything to match; a filter without conditions takes everything.</summary>
        internal bool HasConditions => Fields.Any(text => text is not null) || Properties.Count > 0;

        internal long MemoryBytes =>
            Fields.Sum(text => 2L * (text?.Length ?? 0))
            + Properties.Sum(property => 2L * (property.Key.Length + ((property.Value as string)?.Length ?? 64)));

        /// <summary>The fields of the message, in the order in which the service lists them.</summary>
        internal IReadOnlyList<string?> Fields =>
            [CorrelationId, MessageId, To, ReplyTo, Subject, SessionId, ReplyToSessionId, ContentType];
    }

    /// <summary>
    /// Matches messages for which a SQL expression is true; not those for which it is false or unknown. Two are equal
    /// when their texts are.
    /// </summary>
    public sealed record Sql : MessageFilter
    {
        internal Sql(string expression, SqlPredicate predicate)
        {
            Expression = expression;
            Predicate = predicate;
        }

        /// <summary>The text as it was given, at most 1,024 characters.</summary>
        public string Expression { get; }

        internal SqlPredicate Predicate { get; }

        /// <inheritdoc/>
        public bool Equals(Sql? other) => other is not null && Expression == other.Expression;

        /// <inheritdoc/>
        public override int GetHashCode() => Expression.GetHashCode(StringComparison.Ordinal);
    }
}
