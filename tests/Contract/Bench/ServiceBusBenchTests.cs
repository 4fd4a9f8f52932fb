using System.Text.Json;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.Bench;

/// <summary>The bench as a program, on runs so short that they measure nothing: what it reports, not how fast that is.</summary>
public sealed class ServiceBusBenchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("bench-");

    [Fact]
    public async Task It_reports_every_load_beside_its_floor_and_leaves_nothing()
    {
        var result = await RunAsync("--rounds", "1", "--seconds", "0.2", "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        var report = JsonSerializer.Deserialize<JsonElement>(result.Output);
        Assert.Equal("servicebus", report.GetProperty("scenario").GetString());
        var loads = report.GetProperty("loads").EnumerateArray().ToArray();
        Assert.Equal(5, loads.Length);
        Assert.All(loads, load => Assert.True(load.GetProperty("perSecond").GetDouble() > 0, $"{load} did nothing."));
        var measured = loads.Where(load => load.GetProperty("floor").ValueKind != JsonValueKind.Null).ToArray();
        Assert.Equal(3, measured.Length);
        Assert.All(measured, load => Assert.True(load.GetProperty("rateToFloor").GetDouble() > 0));
        Assert.Equal(
            measured.Select(load => load.GetProperty("name").GetString()),
            report.GetProperty("goals").EnumerateArray().Select(goal => goal.GetProperty("load").GetString()));
        Assert.Empty(_data.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_load_that_is_not_there_is_named_with_those_that_are()
    {
        var result = await RunAsync("--only", "cheese");

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("'cheese'", result.Error, StringComparison.Ordinal);
        Assert.Contains("single sends, 64 senders", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>The bench stands below its project as the tests do below theirs.</summary>
    private Task<ChildProcessResult> RunAsync(params string[] arguments)
    {
        var output = Path.GetRelativePath(RepositoryRoot.Combine("tests", "Contract"), AppContext.BaseDirectory);
        var program = RepositoryRoot.Combine("tools", "bench", output, "bench.dll");
        return ChildProcess.RunAsync(
            "dotnet", ["exec", program, "servicebus", "--data", _data.FullName, .. arguments], _data.FullName, null, Patience);
    }
}
