using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Bench.Harness;

namespace ServerlessGateway.Unit.Tests.Bench;

public sealed class InterleavedRunsTests
{
    private static readonly BenchOptions Options =
        new(Rounds: 3, TimeSpan.FromSeconds(2), new DirectoryInfo(Path.GetTempPath()));

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _ran = [];
    private TimeSpan _processorTime;

    [Fact]
    public async Task Every_round_runs_every_load_once_after_a_first_that_is_not_counted()
    {
        var results = await RunAsync(Load("floor", 5), Load("load", 2) with { Floor = "floor" });

        Assert.Equal(
            Enumerable.Repeat<string[]>(["floor", "clean floor", "load", "clean load"], 4).SelectMany(round => round), _ran);
        Assert.Equal([3, 3], results.Values.Select(result => result.Rounds.Count));
    }

    [Fact]
    public async Task A_run_lasts_until_its_workers_are_done_and_counts_what_they_did()
    {
        var results = await RunAsync(Load("load", 5));

        // Five pieces a run, each worth ten, over two seconds and the half that the last worker took longer.
        Assert.All(results["load"].Rounds, round => Assert.Equal(50, round.Count));
        Assert.Equal(50 / 2.5, results["load"].PerSecond);
        Assert.Equal(400_000 / 1_000.0, results["load"].Milliseconds(99), tolerance: 0.5);
    }

    [Fact]
    public async Task Processor_time_is_charged_to_the_load_that_ran()
    {
        var results = await RunAsync(Load("idle", 1), Load("busy", 1, processorTime: TimeSpan.FromMilliseconds(20)));

        Assert.Equal(0, results["idle"].ProcessorMicrosecondsPerUnit);
        Assert.Equal(2_000, results["busy"].ProcessorMicrosecondsPerUnit);
    }

    [Fact]
    public async Task Cancelled_runs_give_no_figures()
    {
        using var cancelled = new CancellationTokenSource();
        var load = new Load("load", "pieces", async (_, _) => await cancelled.CancelAsync());
        var runs = new InterleavedRuns([load], () => TimeSpan.Zero, Options, _time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs.RunAsync(_ => { }, cancelled.Token));
    }

    private Task<IReadOnlyDictionary<string, LoadResult>> RunAsync(params Load[] loads) =>
        new InterleavedRuns(loads, () => _processorTime, Options, _time).RunAsync(_ => { }, CancellationToken.None);

    private Load Load(string name, int pieces, TimeSpan processorTime = default) => new(name, "pieces", (recorder, stop) =>
    {
        _ran.Add(name);
        _processorTime += processorTime;
        for (var piece = 0; piece < pieces; piece++)
        {
            var began = recorder.Now;
            _time.Advance(TimeSpan.FromMilliseconds(400));
            recorder.Done(began, count: 10);
        }

        _time.Advance((Options.Run * 1.25) - (pieces * TimeSpan.FromMilliseconds(400)));
        Assert.True(stop.IsCancellationRequested, "The run's time was over.");
        return Task.CompletedTask;
    })
    {
        CleanAsync = _ =>
        {
            _ran.Add($"clean {name}");
            return Task.CompletedTask;
        },
    };
}
