using System.Diagnostics;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>The program as others start it: its ready line, its ends, and what stops the start.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("webpubsub-emulator").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("closed input")]
    public async Task The_ready_line_is_all_of_the_output_and_the_end_is_clean(string end)
    {
        using var process = EmulatorProgram.Start("--port", "0", "--name", "alpha", "--json", "--exit-with-parent", "--data", _folder);

        var ready = JsonNode.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard) ?? "")!;
        var connection = ready["connectionString"]!.GetValue<string>();
        var endpoint = ready["endpoint"]!.GetValue<string>();
        Assert.Equal("webpubsub-emulator", ready["ready"]!.GetValue<string>());
        Assert.Equal("alpha", ready["name"]!.GetValue<string>());
        Assert.Equal($"Endpoint={endpoint};AccessKey=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH;Version=1.0;", connection);
        using var http = new HttpClient();
        using var health = await http.GetAsync(new Uri($"{endpoint}/api/health"));
        Assert.True(health.IsSuccessStatusCode);

        if (end == "SIGTERM")
        {
            using var kill = Process.Start("kill", ["-s", "TERM", $"{process.Id}"]);
            await kill.WaitForExitAsync();
        }
        else
        {
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync().WaitAsync(HangGuard);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public async Task Without_exit_with_parent_a_closed_input_means_nothing()
    {
        using var process = EmulatorProgram.Start("--port", "0", "--json");
        var ready = JsonNode.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard) ?? "")!;

        process.StandardInput.Close();
        using var http = new HttpClient();
        using var health = await http.GetAsync(new Uri($"{ready["endpoint"]!.GetValue<string>()}/api/health"));

        Assert.True(health.IsSuccessStatusCode);
        process.Kill();
        await process.WaitForExitAsync();
    }

    [Theory]
    [InlineData("""{"WebPubSub":{"Hubs":{"chat":{"EventHandlers":[{"UrlTemplate":"http://x","Auth":{}}]}}}}""", "EventHandlers[0]:Auth is not supported")]
    [InlineData("""{"WebPubSub":{"Hubs":{"chat":{"EventListeners":[]}}}}""", "EventListeners is not supported")]
    [InlineData("""{"WebPubSub":{"AccessKey":"short"}}""", "32 bytes")]
    [InlineData("""{"WebPubSub":{"Hub":{}}}""", "WebPubSub:Hub is not known; known are Hubs, AccessKey")]
    [InlineData("nonsense", "not valid JSON")]
    [Feature("Not supported", "Event listeners, handler authentication, Key Vault references, tunnels", Support = FeatureSupport.Missing, Note = "The start stops with the name of the key.")]
    [Feature("Program", "Configuration in the format of Microsoft's emulator", Support = FeatureSupport.Different, Note = "What is not known or not supported stops the start; changes of the file need a restart.")]
    public async Task A_configuration_that_cannot_be_used_stops_the_start_with_one_line(string json, string problem)
    {
        var path = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(path, json);

        await AssertRefusedAsync(problem, "--config", path);
    }

    [Theory]
    [InlineData("""{"rules":[{"kind":"explode"}]}""", "rules[0].kind is explode")]
    [InlineData("""{"kind":"refuseRest","rate":2}""", "rule.rate is 2; 0 to 1 is allowed")]
    [InlineData("nonsense", "no JSON")]
    public async Task Fault_rules_that_cannot_be_used_stop_the_start_with_one_line(string json, string problem)
    {
        var path = Path.Combine(_folder, "faults.json");
        await File.WriteAllTextAsync(path, json);

        await AssertRefusedAsync(problem, "--faults", path);
    }

    [Fact]
    [Feature("Not in Azure", FaultTests.Rules, Support = FeatureSupport.Different, Note = FaultTests.OnCommand)]
    public async Task Fault_rules_of_a_file_are_in_force_from_the_start()
    {
        var path = Path.Combine(_folder, "faults.json");
        await File.WriteAllTextAsync(path, """{"kind":"stopAccepting","target":{"path":"/api/health"},"count":1}""");
        using var process = EmulatorProgram.Start("--port", "0", "--json", "--exit-with-parent", "--faults", path);
        var ready = JsonNode.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard) ?? "")!;
        using var http = new HttpClient();
        var url = new Uri($"{ready["endpoint"]!.GetValue<string>()}/api/health");

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(url));
        using var health = await http.GetAsync(url);

        Assert.True(health.IsSuccessStatusCode);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(HangGuard);
    }

    [Theory]
    [InlineData("32 bytes", "--access-key", "short")]
    [InlineData("one or two", "--access-key", "a", "--access-key", "b", "--access-key", "c")]
    [InlineData("Could not find", "--config", "/nowhere/config.json")]
    [InlineData("port", "--port", "70000")]
    [InlineData("absolute", "--public-endpoint", "nowhere")]
    public async Task An_option_that_cannot_be_used_stops_the_start_with_one_line(string problem, params string[] arguments) =>
        await AssertRefusedAsync(problem, arguments);

    private static async Task AssertRefusedAsync(string problem, params string[] arguments)
    {
        string[] port = arguments.Contains("--port") ? [] : ["--port", "0"];
        using var process = EmulatorProgram.Start([.. port, "--json", .. arguments]);
        process.StandardInput.Close();

        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(HangGuard);
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(HangGuard);
        await process.WaitForExitAsync().WaitAsync(HangGuard);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal("", output);
        Assert.Contains(problem, Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }
}
