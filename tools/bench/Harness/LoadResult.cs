using HdrHistogram;

namespace ServerlessGateway.Bench.Harness;

/// <summary>
/// All runs of one load. Rates are medians over the rounds, so that one round beside a noisy neighbour changes
/// little; percentiles are of all rounds together, so that no slow piece is left out.
/// </summary>
internal sealed class LoadResult
{
    private readonly LongHistogram _all;

    public LoadResult(Load load, IReadOnlyList<Measurement> rounds)
    {
        Load = load;
        Rounds = rounds;
        _all = new LongHistogram(rounds[0].Microseconds.HighestTrackableValue, rounds[0].Microseconds.NumberOfSignificantValueDigits);
        foreach (var round in rounds)
        {
            _all.Add(round.Microseconds);
        }
    }

    public Load Load { get; }

    /// <summary>In their order; the same place in another load's list was measured within the same seconds.</summary>
    public IReadOnlyList<Measurement> Rounds { get; }

    public double PerSecond => Median(Rounds.Select(round => round.PerSecond));

    public double ProcessorMicrosecondsPerUnit => Median(Rounds.Select(round => round.ProcessorMicrosecondsPerUnit));

    public double Milliseconds(double percentile) =>
        _all.TotalCount == 0 ? 0 : _all.GetValueAtPercentile(percentile) / 1_000.0;

    /// <summary>The median of the rounds' own ratios: both sides of each were measured side by side.</summary>
    public double RatioTo(LoadResult other, Func<Measurement, double> figure) =>
        Median(Rounds.Zip(other.Rounds, (own, others) => figure(own) / figure(others)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
