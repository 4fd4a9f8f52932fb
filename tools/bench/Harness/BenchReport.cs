using System.Runtime.InteropServices;

namespace ServerlessGateway.Bench.Harness;

/// <summary>What a bench found, in the form in which it is printed and written.</summary>
internal sealed record BenchReport(
    string Scenario,
    MachineReport Machine,
    int Rounds,
    double SecondsPerRun,
    IReadOnlyList<LoadReport> Loads,
    IReadOnlyList<GoalReport> Goals,
    IReadOnlyList<Fact> Facts)
{
    public static BenchReport Of(
        string scenario,
        BenchOptions options,
        IReadOnlyDictionary<string, LoadResult> results,
        IReadOnlyList<Goal> goals,
        IReadOnlyList<Fact> facts) => new(
            scenario,
            MachineReport.Read(),
            options.Rounds,
            options.Run.TotalSeconds,
            [.. results.Values.Select(result => LoadReport.Of(result, results))],
            [.. goals.Select(goal => GoalReport.Of(goal, results))],
            facts);
}

/// <summary>Where it was measured: absolute figures mean little on another machine.</summary>
internal sealed record MachineReport(int Cores, string System, string Runtime)
{
    public static MachineReport Read() => new(
        Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);
}

/// <summary>One load's figures; those to the floor are medians over the rounds of the ratios within each.</summary>
internal sealed record LoadReport(
    string Name,
    string Unit,
    double PerSecond,
    IReadOnlyList<double> PerSecondByRound,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    double MaxMs,
    string? Floor,
    double? RateToFloor,
    double? P99ToFloor,
    double? ProcessorMicrosecondsPerUnit)
{
    public static LoadReport Of(LoadResult result, IReadOnlyDictionary<string, LoadResult> all)
    {
        var floor = result.Load.Floor is { } name ? all[name] : null;
        return new LoadReport(
            result.Load.Name,
            result.Load.Unit,
            Rounded(result.PerSecond),
            [.. result.Rounds.Select(round => Rounded(round.PerSecond))],
            result.Milliseconds(50),
            result.Milliseconds(99),
            result.Milliseconds(99.9),
            result.Milliseconds(100),
            floor?.Load.Name,
            floor is null ? null : Rounded(result.RatioTo(floor, round => round.PerSecond)),
            floor is null ? null : Rounded(result.RatioTo(floor, round => round.Milliseconds(99))),
            all.Values.Any(other => other.Load.Floor == result.Load.Name) || result.ProcessorMicrosecondsPerUnit <= 0
                ? null
                : Rounded(result.ProcessorMicrosecondsPerUnit));
    }

    private static double Rounded(double value) => Math.Round(value, 3);
}

/// <summary>A goal and what was reached.</summary>
internal sealed record GoalReport(
    string Load, string Figure, string? RelativeTo, double Limit, double Reached, bool IsMet)
{
    public static GoalReport Of(Goal goal, IReadOnlyDictionary<string, LoadResult> results)
    {
        var reached = goal.Reached(results);
        return new GoalReport(
            goal.Load,
            goal.Figure == Harness.Figure.PerSecond ? "perSecond" : "p99Ms",
            goal.RelativeTo,
            goal.Limit,
            Math.Round(reached, 3),
            goal.IsMet(reached));
    }
}
