namespace ServerlessGateway.Bench.Harness;

/// <summary>What a figure of a goal is.</summary>
internal enum Figure
{
    /// <summary>Units a second: at least the limit.</summary>
    PerSecond,

    /// <summary>Milliseconds that 99 of 100 pieces stay within: at most the limit.</summary>
    P99Milliseconds,
}

/// <summary>A limit that a load should keep.</summary>
/// <param name="Load">The load's name.</param>
/// <param name="Figure">Which of its figures.</param>
/// <param name="Limit">The limit; a factor where the goal is relative.</param>
internal sealed record Goal(string Load, Figure Figure, double Limit)
{
    /// <summary>The load whose figure the limit is a multiple of; null for a limit that stands by itself.</summary>
    public string? RelativeTo { get; init; }

    /// <summary>What was reached.</summary>
    public double Reached(IReadOnlyDictionary<string, LoadResult> results)
    {
        var own = results[Load];
        if (RelativeTo is not null)
        {
            return own.RatioTo(results[RelativeTo], Of);
        }

        return Figure == Figure.PerSecond ? own.PerSecond : own.Milliseconds(99);
    }

    public bool IsMet(double reached) => Figure == Figure.PerSecond ? reached >= Limit : reached <= Limit;

    private double Of(Measurement round) =>
        Figure == Figure.PerSecond ? round.PerSecond : round.Milliseconds(99);
}
