using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Client;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.LocalCloud.Processes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.EndToEnd.Tests;

/// <summary>
/// The way by hand in functions/README.md: the emulators with the files in functions/local, the tables by a command, the
/// app with the settings of the example. Only the ports are others here, since the usual ones may be taken.
/// </summary>
[Collection(StackCollection.Name)]
public sealed class FunctionsAloneTests : IAsyncLifetime
{
    private static readonly Repository Repository = Repository.Find();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-test-");
    private readonly List<IAsyncDisposable> _processes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in _processes.AsEnumerable().Reverse())
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_settings_of_the_example_and_the_files_beside_it_carry_a_message()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        var settings = Example();
        var app = await StartAsync(settings, patience.Token);
        await using var client = new GatewayClient(new GatewayClientOptions
        {
            Endpoint = app,
            GetToken = _ => ValueTask.FromResult(TokenOf(settings)),
        });

        await client.ConnectAsync(patience.Token);
        await client.PublishAsync("orders:1", new { hello = "world" }, patience.Token);
        await using var items = client.SubscribeAsync("orders:1", StartFrom.Beginning, patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.True(await items.MoveNextAsync());

        var message = Assert.IsType<ChannelMessage>(items.Current);
        Assert.Equal("world", message.Data.GetProperty("hello").GetString());
    }

    private static Dictionary<string, string> Example() => JsonNode
        .Parse(File.ReadAllText(Path.Combine(Repository.Root, "functions", "local.settings.json.example")))!["Values"]!.AsObject()
        .ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());

    private async Task<Uri> StartAsync(Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var tables = Own(await Azurite.StartAsync(Repository, null, 0, LogOf("azurite"), null, cancellationToken));
        var serviceBus = await StartAsync(
            "tools/servicebus-emulator", "ServerlessGateway.ServiceBusEmulator", cancellationToken,
            "--port", "0", "--config", Path.Combine(Repository.Root, "functions", "local", "servicebus.json"));
        var webPubSub = await StartAsync(
            "tools/webpubsub-emulator", "ServerlessGateway.WebPubSubEmulator", cancellationToken,
            "--port", "0", "--config", HandlersAt(port));
        settings["ServiceBus"] = Same(settings["ServiceBus"], serviceBus.Ready.Values["connectionString"], "127.0.0.1:5672");
        settings["Gateway__Instances__0__ConnectionString"] = Same(
            settings["Gateway__Instances__0__ConnectionString"], webPubSub.Ready.Values["connectionString"], "127.0.0.1:8080");
        settings["Gateway__Tables__ConnectionString"] = tables.Ready.Values["connectionString"];
        await MakeTablesAsync(settings["Gateway__Tables__ConnectionString"]);

        var assembly = Repository.Program("functions", "ServerlessGateway.Functions");
        Own(await ManagedProcess.StartAsync(
            Spec("functions", assembly, []) with
            {
                Environment = new Dictionary<string, string>(settings)
                {
                    ["FUNCTIONS_HTTP_PORT"] = $"{port}",
                    ["FUNCTIONS_EXIT_WITH_PARENT"] = "1",
                },
            },
            cancellationToken));
        return new Uri($"http://127.0.0.1:{port}");
    }

    /// <summary>The example names what the emulator really prints, but for the port.</summary>
    private static string Same(string example, string printed, string usual)
    {
        var authority = new Uri(printed.Split(';')[0]["Endpoint=".Length..]).Authority;
        Assert.Equal(printed, example.Replace(usual, authority, StringComparison.Ordinal));
        return printed;
    }

    private static async Task MakeTablesAsync(string connectionString)
    {
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [Repository.Program("tools/gateway", "gateway"), "tables", "--json", "--connection-string", connectionString],
            Repository.Root,
            null,
            StackFixture.Patience);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["channels", "sessions", "instances"], JsonNode.Parse(result.Output)!["tables"]!.AsArray().Select(name => $"{name}"));
    }

    private string HandlersAt(int port)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "functions", "local", "webpubsub.json"));
        Assert.Contains("http://localhost:7071/api/webpubsub/alpha", text, StringComparison.Ordinal);
        var path = Path.Combine(_folder.FullName, "webpubsub.json");
        File.WriteAllText(path, text.Replace("localhost:7071", $"127.0.0.1:{port}", StringComparison.Ordinal));
        return path;
    }

    private async Task<ManagedProcess> StartAsync(string project, string assembly, CancellationToken cancellationToken, params string[] arguments) =>
        Own(await ManagedProcess.StartAsync(
            Spec(Path.GetFileName(project), Repository.Program(project, assembly), [.. arguments, "--json", "--exit-with-parent"]), cancellationToken));

    private ProcessSpec Spec(string name, string assembly, IReadOnlyList<string> arguments) => new(name, "dotnet", [assembly, .. arguments])
    {
        WorkingDirectory = Path.GetDirectoryName(assembly),
        LogFile = LogOf(name),
        ParseReady = ReadyLine.ParseJson,
    };

    private string LogOf(string name) => Path.Combine(_folder.FullName, $"{name}.log");

    private ManagedProcess Own(ManagedProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private static string TokenOf(Dictionary<string, string> settings) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = settings["Gateway__Tokens__Issuer"],
        Audience = settings["Gateway__Tokens__Audience"],
        Expires = DateTime.UtcNow.AddHours(1),
        Claims = new Dictionary<string, object>
        {
            ["sub"] = "ada",
            ["capabilities"] = new Dictionary<string, object> { ["*"] = (string[])["subscribe", "publish"] },
        },
        SigningCredentials = new SigningCredentials(
            new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings["Gateway__Tokens__SymmetricKey"])), SecurityAlgorithms.HmacSha256),
    });

    /// <summary>The address must be known before the app: the instance's handlers name it.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
