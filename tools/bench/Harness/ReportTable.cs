using System.Globalization;
using Spectre.Console;

namespace ServerlessGateway.Bench.Harness;

/// <summary>A report for people.</summary>
internal static class ReportTable
{
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        console.MarkupLineInterpolated(
            $"{report.Scenario}: {report.Rounds} rounds of {report.SecondsPerRun} s, {report.Machine.Cores} cores, {report.Machine.System}, {report.Machine.Runtime}");
        console.Write(Loads(report.Loads));
        console.Write(Goals(report.Goals));
        foreach (var fact in report.Facts)
        {
            console.MarkupLineInterpolated($"{fact.Name}: {Number(fact.Value)} {fact.Unit}");
        }
    }

    private static Table Loads(IReadOnlyList<LoadReport> loads)
    {
        var table = new Table().AddColumns(
            "load", "per second", "of its floor", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "p99 to floor", "cpu µs each");
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        foreach (var load in loads)
        {
            table.AddRow(
                Markup.Escape(load.Name),
                $"{Number(load.PerSecond)} {Markup.Escape(load.Unit)}",
                Ratio(load.RateToFloor),
                Number(load.P50Ms),
                Number(load.P99Ms),
                Number(load.P999Ms),
                Number(load.MaxMs),
                Ratio(load.P99ToFloor),
                Ratio(load.ProcessorMicrosecondsPerUnit));
        }

        return table;
    }

    private static Table Goals(IReadOnlyList<GoalReport> goals)
    {
        var table = new Table().AddColumns("goal", "limit", "reached", "");
        foreach (var goal in goals)
        {
            var isRate = goal.Figure == "perSecond";
            var relative = goal.RelativeTo is null ? string.Empty : $" × {goal.RelativeTo}";
            table.AddRow(
                Markup.Escape($"{goal.Load}, {(isRate ? "per second" : "p99 ms")}"),
                Markup.Escape($"{(isRate ? "≥" : "≤")} {Number(goal.Limit)}{relative}"),
                Number(goal.Reached),
                goal.IsMet ? "[green]met[/]" : "[red]missed[/]");
        }

        return table;
    }

    private static string Ratio(double? ratio) =>
        ratio is { } value ? value.ToString("0.00", CultureInfo.InvariantCulture) : string.Empty;

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "#,0" : "0.##", CultureInfo.InvariantCulture);
}
