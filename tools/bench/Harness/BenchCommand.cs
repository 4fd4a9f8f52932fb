using System.CommandLine;
using System.Text.Json;
using ServerlessGateway.LocalCloud;
using Spectre.Console;

namespace ServerlessGateway.Bench.Harness;

/// <summary>The command of one scenario: the options are the same for all.</summary>
internal static class BenchCommand
{
    private const int Missed = 1;
    private const int CouldNotRun = 2;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    /// <param name="name">The scenario's name.</param>
    /// <param name="description">What it measures, in a sentence.</param>
    /// <param name="startAsync">Starts the scenario.</param>
    public static Command For(
        string name, string description, Func<BenchOptions, CancellationToken, Task<IScenario>> startAsync)
    {
        var rounds = new Option<int>("--rounds")
        {
            Description = "How often each load runs.",
            DefaultValueFactory = _ => BenchOptions.DefaultRounds,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long each run lasts.",
            DefaultValueFactory = _ => BenchOptions.DefaultSeconds,
        };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "Where the programs and the floor write, below; .local/bench of the checkout by default.",
        };
        var only = new Option<string>("--only")
        {
            Description = "Run only loads whose names contain this, and their floors.",
            DefaultValueFactory = _ => string.Empty,
        };
        var json = new Option<bool>("--json") { Description = "Print the report as one JSON object." };
        var check = new Option<bool>("--check") { Description = "End with status 1 when a goal is missed." };
        rounds.Validators.Add(result => RequirePositive(result.GetValueOrDefault<int>(), "--rounds", result.AddError));
        seconds.Validators.Add(result => RequirePositive(result.GetValueOrDefault<double>(), "--seconds", result.AddError));
        var command = new Command(name, description) { rounds, seconds, data, only, json, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new BenchOptions(
                parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)), FolderFor(parsed.GetValue(data)))
            {
                Only = parsed.GetValue(only)!,
            };
            var report = await TryRunAsync(name, options, startAsync, cancellationToken);
            if (report is null)
            {
                return CouldNotRun;
            }

            Print(report, parsed.GetValue(json));
            return parsed.GetValue(check) && report.Goals.Any(goal => !goal.IsMet) ? Missed : 0;
        });
        return command;
    }

    private static void RequirePositive(double value, string option, Action<string> addError)
    {
        if (value <= 0)
        {
            addError($"{option} is {value}; it must be above 0.");
        }
    }

    /// <summary>A folder of this run's own, so that two at once do not meet.</summary>
    private static DirectoryInfo FolderFor(DirectoryInfo? parent) => Directory.CreateDirectory(Path.Combine(
        parent?.FullName ?? Path.Combine(Repository.Find().LocalFolder, "bench"), Guid.NewGuid().ToString("N")));

    private static async Task<BenchReport?> TryRunAsync(
        string name,
        BenchOptions options,
        Func<BenchOptions, CancellationToken, Task<IScenario>> startAsync,
        CancellationToken cancellationToken)
    {
        using var longest = new CancellationTokenSource(BenchOptions.Longest);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(longest.Token, cancellationToken);
        try
        {
            return await RunAsync(name, options, startAsync, either.Token);
        }
        catch (OperationCanceledException) when (longest.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                $"The bench did not end within {BenchOptions.Longest.TotalSeconds:0} s; ask for less with --rounds or --seconds.");
        }
        catch (LocalCloudException exception)
        {
            await Console.Error.WriteLineAsync($"{exception.Message} {exception.Remedy}");
        }
        finally
        {
            options.Data.Delete(recursive: true);
        }

        return null;
    }

    private static async Task<BenchReport> RunAsync(
        string name,
        BenchOptions options,
        Func<BenchOptions, CancellationToken, Task<IScenario>> startAsync,
        CancellationToken cancellationToken)
    {
        await using var scenario = await startAsync(options, cancellationToken);
        var loads = Chosen(scenario.Loads, options.Only);
        var runs = new InterleavedRuns(loads, () => ProcessorTime(scenario), options, TimeProvider.System);
        var results = await runs.RunAsync(Console.Error.WriteLine, cancellationToken);
        var facts = await scenario.ReadFactsAsync(cancellationToken);
        var goals = scenario.Goals.Where(goal => results.ContainsKey(goal.Load)).ToArray();
        return BenchReport.Of(name, options, results, goals, facts);
    }

    private static TimeSpan ProcessorTime(IScenario scenario) =>
        scenario.Measured is { } measured ? MeasuredProcess.ProcessorTime(measured) : TimeSpan.Zero;

    private static Load[] Chosen(IReadOnlyList<Load> loads, string only)
    {
        var chosen = loads.Where(load => load.Name.Contains(only, StringComparison.OrdinalIgnoreCase)).ToArray();
        return chosen.Length == 0
            ? throw new LocalCloudException(
                $"No load's name contains '{only}'.", $"There are: {string.Join("; ", loads.Select(load => load.Name))}.")
            : [.. loads.Where(load => chosen.Contains(load) || chosen.Any(other => other.Floor == load.Name))];
    }

    private static void Print(BenchReport report, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, Format));
        }
        else
        {
            ReportTable.Write(AnsiConsole.Console, report);
        }
    }
}
