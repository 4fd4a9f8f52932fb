using HdrHistogram;

namespace ServerlessGateway.Bench.Harness;

/// <summary>One run of one load.</summary>
/// <param name="Count">Units of work done.</param>
/// <param name="Elapsed">From the start of the run until its last worker was done.</param>
/// <param name="Microseconds">How long the pieces took.</param>
internal sealed record Measurement(long Count, TimeSpan Elapsed, HistogramBase Microseconds)
{
    /// <summary>What the measured process used of the processors meanwhile; the steadiest figure on a busy machine.</summary>
    public TimeSpan ProcessorTime { get; init; }

    public double PerSecond => Count / Elapsed.TotalSeconds;

    public double ProcessorMicrosecondsPerUnit => Count == 0 ? 0 : ProcessorTime.TotalMicroseconds / Count;

    public double Milliseconds(double percentile) =>
        Microseconds.TotalCount == 0 ? 0 : Microseconds.GetValueAtPercentile(percentile) / 1_000.0;
}
