using System.Text.Json;
using ServerlessGateway.Proof.Run;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>The report of a demo: tables for people, one JSON object for machines.</summary>
internal static class DemoReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Show(IAnsiConsole console, ProofReport report, StackMeter cost)
    {
        console.WriteLine();
        console.Write(Subscribers(report));
        if (report.Resumes.Count > 0)
        {
            console.Write(Resumes(report));
        }

        console.Write(Totals(report, cost));
        foreach (var finding in report.Verdict.Findings)
        {
            console.MarkupLineInterpolated($"[red]- {finding}[/]");
        }

        console.MarkupLine(report.Verdict.Holds && report.InTime
            ? "[green]Nothing lost, nothing doubled, nothing out of order.[/]"
            : "[red]A promise was broken.[/]");
    }

    public static async Task WriteJsonAsync(FileInfo? file, ProofReport report, StackMeter cost, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return;
        }

        var verdict = report.Verdict;
        await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(
            new
            {
                published = verdict.Published,
                acknowledged = verdict.Acknowledged,
                expected = verdict.Expected,
                delivered = verdict.Delivered,
                lost = verdict.Lost,
                duplicated = verdict.Duplicated,
                misordered = verdict.Misordered,
                corrupted = verdict.Corrupted,
                reportedGaps = verdict.ReportedGaps,
                resumed = report.Resumes.Count,
                instances = report.Instances,
                envelopes = cost.Envelopes,
                tableTransactions = cost.TableTransactions,
                callbacks = cost.Callbacks,
                publishToDeliverMs = new { p50 = report.P50Ms, p99 = report.P99Ms },
                resumes = report.Resumes,
                subscribers = verdict.Subscribers,
                findings = verdict.Findings,
                holds = verdict.Holds && report.InTime,
            },
            Format), cancellationToken);
    }

    private static Table Subscribers(ProofReport report)
    {
        var table = new Table().Title("What each subscriber was owed and got")
            .AddColumns("subscriber", "owed", "delivered", "lost", "doubled", "out of order", "corrupted");
        foreach (var subscriber in report.Verdict.Subscribers.OrderBy(subscriber => subscriber.Name.Length).ThenBy(subscriber => subscriber.Name))
        {
            table.AddRow(subscriber.Name, Number(subscriber.Expected), Number(subscriber.Delivered), Fault(subscriber.Lost),
                Fault(subscriber.Duplicated), Fault(subscriber.Misordered), Fault(subscriber.Corrupted));
        }

        var verdict = report.Verdict;
        return table.AddEmptyRow().AddRow("in total", Number(verdict.Expected), Number(verdict.Delivered), Fault(verdict.Lost),
            Fault(verdict.Duplicated), Fault(verdict.Misordered), Fault(verdict.Corrupted));
    }

    private static Table Resumes(ProofReport report)
    {
        var table = new Table().Title("Resumes").AddColumns("subscriber", "from", "to", "how", "took");
        foreach (var resume in report.Resumes)
        {
            table.AddRow(resume.Subscriber, resume.From, resume.To, resume.How, $"{resume.Ms:0} ms");
        }

        return table;
    }

    private static Table Totals(ProofReport report, StackMeter cost)
    {
        var verdict = report.Verdict;
        double publications = Math.Max(1, verdict.Acknowledged);
        return new Table().Title("The run").HideHeaders().AddColumns("what", "figure")
            .AddRow("published", Number(verdict.Published))
            .AddRow("acknowledged", Number(verdict.Acknowledged))
            .AddRow("delivered", Number(verdict.Delivered))
            .AddRow("publish to deliver, p50 / p99", $"{report.P50Ms:0.0} ms / {report.P99Ms:0.0} ms")
            .AddRow("envelopes per publication", $"{cost.Envelopes / publications:0.000} ({Number(cost.Envelopes)})")
            .AddRow("table transactions per publication", $"{cost.TableTransactions / publications:0.000} ({Number(cost.TableTransactions)})")
            .AddRow("callbacks per publication", $"{cost.Callbacks / publications:0.000} ({Number(cost.Callbacks)})");
    }

    private static string Number(long value) => value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Fault(int count) => count == 0 ? "[green]0[/]" : $"[red]{Number(count)}[/]";
}
