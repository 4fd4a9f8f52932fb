using System.CommandLine;
using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Text.Json;
using ServerlessGateway.LocalCloud;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>One line of the doctor.</summary>
/// <param name="What">What was looked at.</param>
/// <param name="Ok">True where it is as it should be.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do where it is not.</param>
internal sealed record Finding(string What, bool Ok, string Found, string Remedy);

/// <summary><c>gateway doctor</c>: each prerequisite, port and process in one line, with the remedy.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as one JSON array." };
        var command = new Command("doctor", "Looks at prerequisites, ports and processes, and says what to do.") { json };
        command.SetAction((result, cancellationToken) => CommandRunner.RunAsync(
            async token =>
            {
                var findings = await ExamineAsync(token);
                Tell(findings, result.GetValue(json));
                return findings.All(finding => finding.Ok) ? ExitCodes.Success : ExitCodes.Failed;
            },
            cancellationToken));
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        var repository = Repository.Find();
        List<Finding> findings =
        [
            new(".NET", Environment.Version.Major >= 10, Environment.Version.ToString(), "Install the .NET SDK 10: https://dot.net"),
            await VersionAsync("Node.js", "node", 20, "Install Node.js 20 or later: https://nodejs.org", cancellationToken),
            await VersionAsync("npm", "npm", 8, "It comes with Node.js: https://nodejs.org", cancellationToken),
            new("Azurite", true, Azurite.IsInstalled(repository) ? "installed" : "not installed yet; the first start does it", string.Empty),
            .. Programs(repository),
            DiskSpace(repository),
        ];
        findings.AddRange(LocalState.Read(repository) is { } state ? Processes(state) : Ports(repository));
        return findings;
    }

    private static IEnumerable<Finding> Programs(Repository repository)
    {
        (string Project, string Assembly)[] programs =
        [
            ("functions", "ServerlessGateway.Functions"),
            ("tools/servicebus-emulator", "ServerlessGateway.ServiceBusEmulator"),
            ("tools/webpubsub-emulator", "ServerlessGateway.WebPubSubEmulator"),
            ("tools/samples/orders", "ServerlessGateway.Samples.Orders"),
        ];
        foreach (var (project, assembly) in programs)
        {
            Finding finding;
            try
            {
                finding = new Finding(project, File.Exists(repository.Program(project, assembly)), "built", string.Empty);
            }
            catch (LocalCloudException exception)
            {
                finding = new Finding(project, false, exception.Message, exception.Remedy);
            }

            yield return finding;
        }
    }

    private static Finding DiskSpace(Repository repository)
    {
        const long Needed = 1L << 30;
        var free = new DriveInfo(repository.Root).AvailableFreeSpace;
        return new Finding("disk", free >= Needed, $"{free >> 20} MiB free", "Azurite and the packages take about 1 GiB: make room.");
    }

    private static IEnumerable<Finding> Processes(LocalState state)
    {
        yield return new Finding("stack", true, $"running, {state.Gateway}", string.Empty);
        foreach (var (name, processId) in state.Processes)
        {
            var runs = LocalState.IsRunning(processId);
            yield return new Finding(
                name, runs, runs ? $"process {processId}" : $"process {processId} has ended", "Its log is in .local/data/logs; end the stack with Ctrl-C and start it again.");
        }
    }

    private static IEnumerable<Finding> Ports(Repository repository)
    {
        yield return new Finding("stack", true, "not running", string.Empty);
        var used = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        foreach (var (name, port) in LocalState.LastPorts(repository))
        {
            var taken = used.Contains(port);
            yield return new Finding($"port {port} ({name})", !taken, taken ? "taken by another program" : "free", "End that program, or delete .local/ports.json so that other ports are taken.");
        }
    }

    private static async Task<Finding> VersionAsync(
        string what, string program, int lowestMajor, string remedy, CancellationToken cancellationToken)
    {
        try
        {
            var start = new ProcessStartInfo(OperatingSystem.IsWindows() && program == "npm" ? "npm.cmd" : program, "--version") { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var version = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
            await process.WaitForExitAsync(cancellationToken);
            var ok = int.TryParse(version.TrimStart('v').Split('.')[0], out var major) && major >= lowestMajor;
            return new Finding(what, ok, version, remedy);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new Finding(what, false, "not found", remedy);
        }
    }

    private static void Tell(IReadOnlyList<Finding> findings, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(findings, JsonSerializerOptions.Web));
            return;
        }

        foreach (var finding in findings)
        {
            var mark = finding.Ok ? "[green]ok  [/]" : "[red]FAIL[/]";
            AnsiConsole.MarkupLine($"{mark} {Markup.Escape(finding.What),-32} {Markup.Escape(finding.Found)}"
                + (finding.Ok ? string.Empty : $"  [yellow]{Markup.Escape(finding.Remedy)}[/]"));
        }
    }
}
