namespace ServerlessGateway.Bench.Harness;

/// <summary>
/// Runs loads in rounds: each round runs every load once. On a machine whose speed changes from minute to minute
/// only figures that were taken within the same seconds can be compared. The first round warms up and is not counted.
/// </summary>
/// <param name="loads">What is run.</param>
/// <param name="processorTime">What the measured process has used of the processors until now.</param>
/// <param name="options">How often and how long.</param>
/// <param name="time">The clock.</param>
internal sealed class InterleavedRuns(
    IReadOnlyList<Load> loads, Func<TimeSpan> processorTime, BenchOptions options, TimeProvider time)
{
    /// <summary>Warming up takes half a run: enough for the compiler, and it is time that measures nothing.</summary>
    private const int WarmUpShare = 2;

    /// <summary>Runs everything; <paramref name="progress"/> is told what runs.</summary>
    public async Task<IReadOnlyDictionary<string, LoadResult>> RunAsync(
        Action<string> progress, CancellationToken cancellationToken)
    {
        foreach (var load in loads)
        {
            progress($"warm-up: {load.Name}");
            await RunOnceAsync(load, options.Run / WarmUpShare, cancellationToken);
        }

        var rounds = loads.ToDictionary(load => load.Name, _ => new List<Measurement>(), StringComparer.Ordinal);
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var load in loads)
            {
                progress($"round {round} of {options.Rounds}: {load.Name}");
                rounds[load.Name].Add(await RunOnceAsync(load, options.Run, cancellationToken));
            }
        }

        return loads.ToDictionary(
            load => load.Name, load => new LoadResult(load, rounds[load.Name]), StringComparer.Ordinal);
    }

    private async Task<Measurement> RunOnceAsync(Load load, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var ends = new CancellationTokenSource(duration, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, cancellationToken);
        var before = processorTime();
        var recorder = new LoadRecorder(time);
        await load.RunAsync(recorder, either.Token).WaitAsync(cancellationToken);
        var measured = recorder.Measure() with { ProcessorTime = processorTime() - before };
        cancellationToken.ThrowIfCancellationRequested();
        await load.CleanAsync(cancellationToken);
        return measured;
    }
}
