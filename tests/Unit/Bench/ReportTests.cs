using HdrHistogram;
using ServerlessGateway.Bench.Harness;

namespace ServerlessGateway.Unit.Tests.Bench;

public sealed class ReportTests
{
    private static readonly Load Floor = new("floor", "records", (_, _) => Task.CompletedTask);
    private static readonly Load Own = new("own", "messages", (_, _) => Task.CompletedTask) { Floor = "floor" };

    private static readonly Dictionary<string, LoadResult> Results = new()
    {
        ["floor"] = new LoadResult(Floor, [Round(100, 10), Round(1_000, 2), Round(200, 4)]),
        ["own"] = new LoadResult(Own, [Round(50, 20), Round(100, 20), Round(180, 5)]),
    };

    [Fact]
    public void Ratios_are_medians_of_what_was_measured_side_by_side()
    {
        var own = BenchReport.Of("s", Options(), Results, [], []).Loads.Single(load => load.Name == "own");

        // 0.5, 0.1 and 0.9; the medians' ratio would be 100 / 200, and by chance the same: the times' would not.
        Assert.Equal(0.5, own.RateToFloor);
        Assert.Equal(2, own.P99ToFloor!.Value, tolerance: 0.01);
        Assert.Equal(100, own.PerSecond);
        Assert.Equal([50, 100, 180], own.PerSecondByRound);
    }

    [Fact]
    public void A_floor_has_no_ratio_and_no_processor_time()
    {
        var floor = BenchReport.Of("s", Options(), Results, [], []).Loads.Single(load => load.Name == "floor");

        Assert.Null(floor.Floor);
        Assert.Null(floor.RateToFloor);
        Assert.Null(floor.ProcessorMicrosecondsPerUnit);
    }

    [Fact]
    public void Percentiles_are_of_all_rounds_together() =>
        Assert.Equal(20, Results["own"].Milliseconds(100), tolerance: 0.02);

    [Theory]
    [InlineData(nameof(Figure.PerSecond), 100, null, 100, true)]
    [InlineData(nameof(Figure.PerSecond), 101, null, 100, false)]
    [InlineData(nameof(Figure.P99Milliseconds), 21, null, 20, true)]
    [InlineData(nameof(Figure.P99Milliseconds), 19, null, 20, false)]
    [InlineData(nameof(Figure.P99Milliseconds), 2.1, "floor", 2, true)]
    [InlineData(nameof(Figure.P99Milliseconds), 1.5, "floor", 2, false)]
    [InlineData(nameof(Figure.PerSecond), 0.5, "floor", 0.5, true)]
    public void Goals_are_at_least_a_rate_and_at_most_a_time(
        string figure, double limit, string? relativeTo, double reached, bool isMet)
    {
        var goal = new Goal("own", Enum.Parse<Figure>(figure), limit) { RelativeTo = relativeTo };

        var report = GoalReport.Of(goal, Results);

        Assert.Equal(reached, report.Reached, tolerance: reached / 100);
        Assert.Equal(isMet, report.IsMet);
    }

    private static BenchOptions Options() => new(3, TimeSpan.FromSeconds(1), new DirectoryInfo(Path.GetTempPath()));

    private static Measurement Round(int perSecond, int milliseconds)
    {
        var histogram = new LongHistogram(1, 1_000_000_000, 3);
        histogram.RecordValue(milliseconds * 1_000);
        return new Measurement(perSecond, TimeSpan.FromSeconds(1), histogram);
    }
}
