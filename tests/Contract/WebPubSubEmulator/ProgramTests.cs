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
        Assert.Equal(new Uri(endpoint).Port, ready["port"]!.GetValue<int>());
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
    public async Task Settings_of_the_folder_it_is_started_in_mean_nothing()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), "nonsense");
        using var process = EmulatorProgram.StartIn(_folder, "--port", "0", "--json");

        var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard);

        Assert.NotNull(ready);
        process.Kill();
        await process.WaitForExitAsync();
    }

    [Fact]
    [Feature("Program", "Listens on both loopback addresses, says so in one line")]
    public async Task A_port_that_is_named_answers_on_localhost_and_a_second_program_on_it_says_so()
    {
        var port = FreePort();
        using var process = EmulatorProgram.Start("--port", $"{port}");

        var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard);
        Assert.Contains($"on port {port}", ready, StringComparison.Ordinal);
        Assert.Contains($"Endpoint=http://localhost:{port};AccessKey=", ready, StringComparison.Ordinal);
        using var http = new HttpClient();
        foreach (var host in new[] { "localhost", "127.0.0.1" })
        {
            using var health = await http.GetAsync(new Uri($"http://{host}:{port}/api/health"));
            Assert.True(health.IsSuccessStatusCode);
        }

        await AssertRefusedAsync("already in use", "--port", $"{port}");
        process.Kill();
        await process.WaitForExitAsync();
    }

    [Fact]
    [Feature("Program", "--data keeps regenerated keys and the messages of the day", Support = FeatureSupport.Different, Note = "Microsoft's emulator keeps nothing.")]
    public async Task Keys_that_were_regenerated_hold_after_a_kill()
    {
        using var http = new HttpClient();
        var keys = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            using var process = EmulatorProgram.Start("--port", "0", "--json", "--data", Path.Combine(_folder, "data"));
            var ready = JsonNode.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard) ?? "")!;
            keys.Add(ready["connectionString"]!.GetValue<string>().Split(';')[1]);
            using var content = TestInstance.Content("""{"keyType":"Primary"}""", "application/json");
            using var answer = await http.PostAsync(
                new Uri($"{ready["endpoint"]!.GetValue<string>()}/access-keys/regenerate"), content);
            var regenerated = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            keys.Add($"AccessKey={regenerated["primaryKey"]!.GetValue<string>()}");
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Equal("AccessKey=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH", keys[0]);
        Assert.Equal(keys[1], keys[2]);
        Assert.Equal(3, keys.Distinct().Count());
    }

    [Fact]
    [Feature("Program", "A .NET tool, `webpubsub-emulator`")]
    public async Task It_packs_as_a_tool_that_installs_and_starts()
    {
        const string id = "ServerlessGateway.WebPubSubEmulator";
        // Packed from the build that this test belongs to: its folder is bin/{AzureSdk}/{configuration}/{framework}.
        var build = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        await RunAsync(
            "pack", Path.Combine("tools", "webpubsub-emulator"), "--no-build", "-c", build[^2], $"-p:AzureSdk={build[^3]}", "-o", _folder);
        var tools = Path.Combine(_folder, "tools");
        var package = Assert.Single(Directory.GetFiles(_folder, "*.nupkg"));
        var version = Path.GetFileNameWithoutExtension(package)[$"{id}.".Length..];
        await RunAsync("tool", "install", id, "--version", version, "--tool-path", tools, "--source", _folder);

        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(tools, "webpubsub-emulator"), ["--port", "0", "--json"])
        { RedirectStandardOutput = true })!;
        var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard);

        Assert.Equal("webpubsub-emulator", JsonNode.Parse(ready!)!["ready"]!.GetValue<string>());
        using var content = System.IO.Compression.ZipFile.OpenRead(package);
        Assert.NotNull(content.GetEntry("README.md"));
        process.Kill();
        await process.WaitForExitAsync();
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
    [Feature("Program", "Configuration in the format of Microsoft's emulator", Support = FeatureSupport.Different, Note = "What is not known or not supported stops the start.")]
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

    [Fact]
    [Feature("Program", "--recovery-seconds")]
    public async Task The_recovery_window_is_as_long_as_the_option_says()
    {
        await using var handler = await TestHandler.StartAsync();
        var path = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(path, handler.Config("disconnected"));
        using var process = EmulatorProgram.Start(
            "--port", "0", "--json", "--exit-with-parent", "--config", path, "--recovery-seconds", "1");
        var ready = JsonNode.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(HangGuard) ?? "")!;
        var audience = $"{ready["endpoint"]!.GetValue<string>()}/client/hubs/chat";
        var token = TestInstance.Sign(audience, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH");
        await using var client = await TestClient.ConnectAsync(
            $"{audience.Replace("http", "ws", StringComparison.Ordinal)}?access_token={token}", TestClient.ReliableJson);

        var lost = Stopwatch.GetTimestamp();
        client.Socket.Abort();
        var told = await handler.NextAsync();

        Assert.Equal("disconnected", told.Event);
        Assert.True(Stopwatch.GetElapsedTime(lost) >= TimeSpan.FromSeconds(0.9), "The window was shorter than a second.");
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(HangGuard);
    }

    [Theory]
    [InlineData("32 bytes", "--access-key", "short")]
    [InlineData("one or two", "--access-key", "a", "--access-key", "b", "--access-key", "c")]
    [InlineData("Could not find", "--config", "/nowhere/config.json")]
    [InlineData("port", "--port", "70000")]
    [InlineData("absolute", "--public-endpoint", "nowhere")]
    [InlineData("0 to 3600", "--recovery-seconds", "-1")]
    [InlineData("0 to 3600", "--recovery-seconds", "3601")]
    [InlineData("'--prot'", "--prot", "1")]
    [InlineData("'many'", "--port", "many")]
    [InlineData("--sku is 'Basic'; it must be Free_F1", "--sku", "Basic")]
    [InlineData("--units is 11", "--sku", "Standard_S1", "--units", "11")]
    [InlineData("--units needs --sku", "--units", "1")]
    [InlineData("--rest-per-second is 0; it must be at least 1", "--rest-per-second", "0")]
    [InlineData("semicolon", "--access-key", "key-with-a;semicolon-0123456789abcdefghij")]
    [Feature("Program", "A wrong option or key stops the start with one line", Support = FeatureSupport.Different, Note = "Microsoft's emulator passes over what it does not know.")]
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
    private static async Task RunAsync(params string[] arguments)
    {
        var run = await ChildProcess.RunAsync("dotnet", arguments, RepositoryRoot.Path, null, TimeSpan.FromMinutes(3));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
