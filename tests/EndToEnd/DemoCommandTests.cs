using System.Diagnostics;
using System.Text.Json;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.EndToEnd.Tests;

/// <summary>The command line as a user runs it: a process of its own, told by its output, ended by signals.</summary>
[Collection(StackCollection.Name)]
public sealed class DemoCommandTests
{
    [Fact]
    public async Task Demo_ends_well_writes_its_figures_and_leaves_no_process()
    {
        using var folder = new TemporaryFolder();
        var json = Path.Combine(folder.Path, "report.json");
        using var demo = Start("demo", "--messages", "100", "--json", json);
        await WaitForLineAsync(demo, "connecting");
        var children = ChildrenOf(demo.Id);
        var output = demo.StandardOutput.ReadToEndAsync();
        await demo.WaitForExitAsync().WaitAsync(StackFixture.Patience);

        Assert.True(demo.ExitCode == 0, await output);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        Assert.Equal(100, report.RootElement.GetProperty("acknowledged").GetInt32());
        foreach (var fault in (string[])["lost", "duplicated", "misordered"])
        {
            Assert.Equal(0, report.RootElement.GetProperty(fault).GetInt32());
        }

        Assert.Equal(report.RootElement.GetProperty("expected").GetInt32(), report.RootElement.GetProperty("delivered").GetInt32());
        Assert.True(report.RootElement.GetProperty("publishToDeliverMs").GetProperty("p99").GetDouble() > 0);
        AssertGone(children);
    }

    [Theory]
    [InlineData("-INT", "connecting")]
    [InlineData("-TERM", "connecting")]
    [InlineData("-INT", "half way")]
    public async Task Demo_that_is_interrupted_leaves_no_process(string signal, string line)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var demo = Start("demo", "--messages", "1000");
        await WaitForLineAsync(demo, line);
        var children = ChildrenOf(demo.Id);

        await AssertInterruptedAsync(demo, signal);
        AssertGone(children);
    }

    [Fact]
    public async Task Demo_that_is_interrupted_ends_a_part_that_hangs_too()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var demo = Start("demo", "--messages", "1000");
        await WaitForLineAsync(demo, "connecting");
        var children = ChildrenOf(demo.Id);
        await SignalAsync("-STOP", children[^1]);

        await AssertInterruptedAsync(demo, "-INT");
        AssertGone(children);
    }

    [Theory]
    [InlineData("demo", "--messages", "5")]
    [InlineData("token", "--user", "ada", "--allow", "chat:*=fly")]
    [InlineData("tail", "orders:1", "--endpoint", "nowhere")]
    [InlineData("tail", "orders:1", "--since", "yesterday")]
    [InlineData("no-such-command")]
    public async Task Wrong_arguments_are_told_with_their_value_and_their_own_exit_code(params string[] arguments)
    {
        using var command = Start(arguments);
        var error = await command.StandardError.ReadToEndAsync();
        await command.WaitForExitAsync().WaitAsync(StackFixture.Patience);

        Assert.Equal(2, command.ExitCode);
        Assert.Contains(arguments[^1], error, StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Repository.Find().Program("tools/gateway", "gateway"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task AssertInterruptedAsync(Process demo, string signal)
    {
        var output = demo.StandardOutput.ReadToEndAsync();
        await SignalAsync(signal == "-INT" && IgnoresInterrupts() ? "-TERM" : signal, demo.Id);
        await demo.WaitForExitAsync().WaitAsync(StackFixture.Patience);
        Assert.True(demo.ExitCode == 130, $"{demo.ExitCode}: {await output}");
    }

    private static async Task SignalAsync(string signal, int processId)
    {
        using var kill = Process.Start("kill", [signal, $"{processId}"]);
        await kill.WaitForExitAsync().WaitAsync(StackFixture.Patience);
        Assert.Equal(0, kill.ExitCode);
    }

    private static async Task WaitForLineAsync(Process process, string text)
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The process ended without '{text}'.");
    }

    private static List<int> ChildrenOf(int processId)
    {
        List<int> children = [.. Directory.GetDirectories($"/proc/{processId}/task").SelectMany(ChildrenOfThread)];
        Assert.NotEmpty(children);
        return children;
    }

    /// <summary>A thread may end between its listing and this; another one has its children then.</summary>
    private static IEnumerable<int> ChildrenOfThread(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>
    /// A shell starts background jobs with SIGINT ignored, and their children inherit it: such a run can not be ended by Ctrl-C at all.
    /// </summary>
    private static bool IgnoresInterrupts()
    {
        const ulong Interrupt = 1UL << (2 - 1);
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & Interrupt) != 0;
    }

    private static void AssertGone(List<int> processIds) =>
        Assert.All(processIds, processId => Assert.False(Directory.Exists($"/proc/{processId}"), $"Process {processId} is left."));
}
