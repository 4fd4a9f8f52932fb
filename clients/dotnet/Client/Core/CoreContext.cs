using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>What the parts of the core share while one input is handled.</summary>
internal sealed class CoreContext(CoreOptions options, Random random)
{
    public CoreOptions Options { get; } = options;

    /// <summary>Never goes back.</summary>
    public TimeSpan Now { get; set; }

    public ICollection<CoreOutput> Outputs { get; set; } = [];

    public Tally Tally { get; } = new();

    public ClientLimits Limits { get; set; } = new();

    public void Emit(CoreOutput output) => Outputs.Add(output);

    /// <summary>A random part of a time.</summary>
    public TimeSpan PartOf(TimeSpan whole) => whole * random.NextDouble();

    /// <summary>A time, 20 % more or less.</summary>
    public TimeSpan Around(TimeSpan middle) => middle * (0.8 + (0.4 * random.NextDouble()));

    /// <summary>Full jitter: a random part of a time that doubles with each failure, up to a bound.</summary>
    public TimeSpan BackOff(int failures) =>
        PartOf(TimeSpan.FromTicks(Math.Min(
            Options.HighestBackOff.Ticks,
            Options.FirstBackOff.Ticks * (1L << Math.Min(failures, 20)))));

    /// <summary>The back-off, or what the gateway asked for where that is longer.</summary>
    public TimeSpan BackOff(int failures, ErrorDetail? error)
    {
        var asked = TimeSpan.FromMilliseconds(Math.Max(0, error?.RetryAfterMs ?? 0));
        var own = BackOff(failures);
        return own > asked ? own : asked + PartOf(asked / 4);
    }
}
