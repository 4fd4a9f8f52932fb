using System.CommandLine;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.LocalCloud.Faults;
using ServerlessGateway.Proof.Run;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary><c>gateway demo</c>: the main job, end to end, with a proof that nothing was lost.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var messages = new Option<int>("--messages") { Description = "How many messages to publish (100 to 1,000,000).", DefaultValueFactory = _ => 3000 };
        var input = new Option<FileInfo?>("--input") { Description = "A file whose lines one publisher publishes; generated payloads without it." };
        var json = new Option<FileInfo?>("--json") { Description = "Write the report to this file as one JSON object." };
        var histories = new Option<DirectoryInfo?>("--histories") { Description = "Keep the histories of publishers and subscribers in this folder." };
        var plant = new Option<PlantedFault?>("--plant") { Description = "Plant a fault into one subscriber's history, to see the judge fail." };
        var seed = new Option<int>("--seed") { Description = "The seed of generated payloads.", DefaultValueFactory = _ => 1 };
        var chaos = new Option<bool>("--chaos") { Description = "Have the platform lose, double, delay, reorder and refuse as well, by the seed." };
        messages.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 100 or > 1_000_000)
            {
                result.AddError($"--messages is {result.GetValueOrDefault<int>()}; it must be from 100 to 1000000.");
            }
        });
        input.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { Exists: false } file)
            {
                result.AddError($"--input: there is no file '{file.FullName}'.");
            }
        });

        var command = new Command("demo", "Starts the local cloud, publishes through crashes and cuts, and proves that nothing was lost.")
        {
            messages, input, json, histories, plant, chaos, seed,
        };
        command.SetAction((result, cancellationToken) => CommandRunner.RunAsync(
            token => new Demo(new DemoOptions(
                result.GetValue(messages), result.GetValue(input), result.GetValue(json),
                result.GetValue(histories), result.GetValue(plant), result.GetValue(chaos), result.GetValue(seed))).RunAsync(token),
            cancellationToken));
        return command;
    }
}

/// <summary>What the demo was asked for.</summary>
internal sealed record DemoOptions(
    int Messages, FileInfo? Input, FileInfo? Json, DirectoryInfo? Histories, PlantedFault? Plant, bool Chaos, int Seed);

/// <summary>One demo run.</summary>
internal sealed class Demo(DemoOptions options)
{
    private readonly IAnsiConsole _console = AnsiConsole.Console;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var progress = new ConsoleProgress(_console);
        var folder = options.Histories?.FullName ?? Directory.CreateTempSubdirectory("gateway-histories-").FullName;
        try
        {
            var stackOptions = new StackOptions();
            await using var stack = await Stack.StartAsync(stackOptions, Repository.Find(), progress, cancellationToken);
            await using var run = new ProofRun(await RunOptionsAsync(stack, folder, cancellationToken));
            progress.Report($"connecting {run.SubscriberNames.Count} subscribers and 4 publishers over negotiate");
            await stack.GuardAsync(run.StartAsync(cancellationToken));
            using var faults = new StackFaults(stack);
            if (options.Chaos)
            {
                await Chaos.StrikeAsync(faults, stackOptions.Instances, options.Seed, cancellationToken);
                progress.Report("chaos: messages, callbacks, sends, answers and locks go wrong from now on");
            }

            var before = await StackMeter.ReadAsync(stack, cancellationToken);
            await ShowProgressAsync(run, stack.GuardAsync(Task.WhenAll(
                run.PublishAsync(cancellationToken), new Disturbance(stack, run, faults, progress).StrikeAsync(cancellationToken))));
            progress.Report("waiting for the last deliveries");
            var report = await run.FinishAsync(cancellationToken);
            if (options.Chaos)
            {
                var struck = (await faults.ReadAsync(cancellationToken)).GroupBy(rule => rule.Kind);
                progress.Report($"chaos: {string.Join(", ", struck.Select(kind => $"{kind.Key} {kind.Sum(rule => rule.Applied)}"))}");
            }

            var cost = (await StackMeter.ReadAsync(stack, cancellationToken)).Since(before);
            DemoReport.Show(_console, report, cost);
            await DemoReport.WriteJsonAsync(options.Json, report, cost, cancellationToken);
            progress.Report("stopping the local cloud");
            return report.Verdict.Holds && report.InTime ? ExitCodes.Success : ExitCodes.Failed;
        }
        finally
        {
            if (options.Histories is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private async Task<RunOptions> RunOptionsAsync(Stack stack, string folder, CancellationToken cancellationToken) => new()
    {
        Endpoint = stack.Endpoint,
        Instances = stack.Options.Instances,
        TokenOf = user => DevelopmentTokens.CreateForAll(stack.Options, user),
        HistoryFolder = PrepareFolder(folder),
        Messages = options.Messages,
        Seed = options.Seed,
        Plant = options.Plant,
        Input = options.Input is { } file
            ? [.. (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).Where(line => line.Length > 0)]
            : await GeneratedInput.ReadAsync(folder, options.Seed, cancellationToken),
    };

    /// <summary>Histories of an earlier run in the same folder would be judged with this one's.</summary>
    private static string PrepareFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var old in Directory.GetFiles(folder, "*.jsonl"))
        {
            File.Delete(old);
        }

        return folder;
    }

    private async Task ShowProgressAsync(ProofRun run, Task work)
    {
        if (!_console.Profile.Capabilities.Interactive)
        {
            await work;
            return;
        }

        await _console.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask("publishing", maxValue: options.Messages);
            while (!work.IsCompleted)
            {
                bar.Value = run.SettledSoFar;
                bar.Description = $"publishing ({run.DeliveredSoFar} delivered, {run.ResumedSoFar} resumes)";
                await Task.WhenAny(work, Task.Delay(200));
            }

            bar.Value = run.SettledSoFar;
        });
        await work;
    }
}
