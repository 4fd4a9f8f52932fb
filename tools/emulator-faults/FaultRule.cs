namespace ServerlessGateway.Emulators.Faults;

/// <summary>One rule of a plan: what goes wrong, for whom, how often. Checked when it was read.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record FaultRule(FaultKind Kind)
{
    /// <summary>Whom it strikes: every key must match; without keys, everybody.</summary>
    public IReadOnlyDictionary<string, FaultPattern> Target { get; init; } = new Dictionary<string, FaultPattern>();

    /// <summary>How often it strikes before it is spent; null for no end.</summary>
    public long? Count { get; init; }

    /// <summary>The share of occasions on which it strikes, 0 to 1.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How many occasions it lets pass first.</summary>
    public long After { get; init; }

    /// <summary>For kinds that delay: by how much. For acts: how long after the rule was put.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>For acts: when to strike again; null for once.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>The HTTP status, for kinds that answer.</summary>
    public int Status { get; init; }

    /// <summary>What an HTTP answer says in <c>Retry-After</c>; null to say nothing.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What its decisions come from.</summary>
    public long Seed { get; init; }
}
