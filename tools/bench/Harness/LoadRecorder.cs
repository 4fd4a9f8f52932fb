using HdrHistogram;

namespace ServerlessGateway.Bench.Harness;

/// <summary>Counts pieces of work and how long each took. Used by many workers at once.</summary>
internal sealed class LoadRecorder(TimeProvider time)
{
    /// <summary>Longer than any run lasts; the histogram needs an end.</summary>
    private const long LongestMicroseconds = 120L * 1_000_000;

    /// <summary>Three digits: a tenth of a percent is finer than any two runs agree.</summary>
    private const int Digits = 3;

    private readonly LongConcurrentHistogram _microseconds = new(1, LongestMicroseconds, Digits);
    private readonly long _started = time.GetTimestamp();
    private long _count;

    /// <summary>The clock's stamp at the begin of a piece of work.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>A piece of work that began at <paramref name="began"/> is done.</summary>
    /// <param name="began">What <see cref="Now"/> was.</param>
    /// <param name="count">How many units it was worth: a batch of 100 messages is one piece and 100 units.</param>
    public void Done(long began, int count = 1) => Took(time.GetElapsedTime(began), count);

    /// <summary>A piece of work took so long; for what is timed elsewhere.</summary>
    public void Took(TimeSpan elapsed, int count = 1)
    {
        _microseconds.RecordValue(Math.Clamp((long)elapsed.TotalMicroseconds, 1, LongestMicroseconds));
        Interlocked.Add(ref _count, count);
    }

    /// <summary>What was counted until now.</summary>
    public Measurement Measure() => new(Interlocked.Read(ref _count), time.GetElapsedTime(_started), _microseconds);
}
