using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using ServerlessGateway.Bench.Harness;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.Bench.WebPubSub;

/// <summary>Broadcasts to a group of 1,000 clients, 20 a second, beside the same through a bare loop over sockets.</summary>
internal sealed class WebPubSubScenario : IScenario
{
    private const string Floor = "floor: a loop over 1,000 sockets";
    private const string Broadcast = "broadcast to 1,000 clients";
    private const string Hub = "bench";
    private const string Group = "all";
    private const int Clients = 1_000;

    /// <summary>Connections that are opened to see what an idle one costs, on top of those of the loads.</summary>
    private const int IdleConnections = 4_000;

    private const double BytesPerKilobyte = 1024;

    private readonly ManagedProcess _emulator;
    private readonly ManagedProcess _floor;
    private readonly Audience _ofEmulator = new();
    private readonly Audience _ofFloor = new();
    private readonly WebPubSubServiceClient _service;
    private readonly HttpClient _http = new();

    private WebPubSubScenario(ManagedProcess emulator, ManagedProcess floor)
    {
        (_emulator, _floor) = (emulator, floor);
        _service = new WebPubSubServiceClient(emulator.Ready.Values["connectionString"], Hub);
        Loads =
        [
            new Load(Floor, "messages", new Broadcasts(_ofFloor, SendToFloorAsync).RunAsync),
            new Load(Broadcast, "messages", new Broadcasts(_ofEmulator, SendToGroupAsync).RunAsync) { Floor = Floor },
        ];
    }

    public IReadOnlyList<Load> Loads { get; }

    public IReadOnlyList<Goal> Goals { get; } =
        [new(Broadcast, Figure.P99Milliseconds, 1.5) { RelativeTo = Floor }];

    public static async Task<IScenario> StartAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var emulator = await MeasuredProcess.StartAsync(
            "tools/webpubsub-emulator",
            "ServerlessGateway.WebPubSubEmulator",
            ["--port", "0", "--json", "--exit-with-parent"],
            options,
            cancellationToken);
        var floor = await MeasuredProcess.StartAsync(
            "tools/bench", "bench", [SocketLoopFloor.CommandName], options, cancellationToken);
        var scenario = new WebPubSubScenario(emulator, floor);
        await scenario._ofEmulator.OpenAsync(
            await scenario.ClientUrlAsync(Group), "json.webpubsub.azure.v1", Clients, openingFrames: 1, cancellationToken);
        await scenario._ofFloor.OpenAsync(scenario.FloorUrl, null, Clients, openingFrames: 0, cancellationToken);
        return scenario;
    }

    public async Task<IReadOnlyList<Fact>> ReadFactsAsync(CancellationToken cancellationToken)
    {
        await using var idle = new Audience();
        var emulator = await CostAsync(_emulator, () => ClientUrlAsync("idle"), "json.webpubsub.azure.v1", 1);
        var floor = await CostAsync(_floor, () => Task.FromResult(FloorUrl), null, 0);
        return
        [
            new Fact("emulator, memory of an idle connection", emulator, "KB"),
            new Fact("floor, memory of an idle connection", floor, "KB"),
            .. MeasuredProcess.Facts(_emulator),
        ];

        async Task<double> CostAsync(ManagedProcess process, Func<Task<Uri>> url, string? subprotocol, int openingFrames)
        {
            var before = MemoryOf(process);
            await idle.OpenAsync(await url(), subprotocol, IdleConnections, openingFrames, cancellationToken);
            return (MemoryOf(process) - before) / BytesPerKilobyte / IdleConnections;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ofEmulator.DisposeAsync();
        await _ofFloor.DisposeAsync();
        _http.Dispose();
        await _emulator.DisposeAsync();
        await _floor.DisposeAsync();
    }

    private Uri FloorUrl => new($"{_floor.Ready.Values["endpoint"].Replace("http", "ws", StringComparison.Ordinal)}/client");

    private async Task<Uri> ClientUrlAsync(string group) =>
        await _service.GetClientAccessUriAsync(TimeSpan.FromHours(1), null, null, [group]);

    private static long MemoryOf(ManagedProcess measured)
    {
        using var process = Process.GetProcessById(measured.Id);
        return process.WorkingSet64;
    }

    private async Task SendToGroupAsync(string message) =>
        await _service.SendToGroupAsync(Group, RequestContent.Create(Encoding.UTF8.GetBytes(message)), ContentType.TextPlain);

    /// <summary>In the frame that the emulator would make of it: both send as many bytes.</summary>
    private async Task SendToFloorAsync(string message)
    {
        using var content = new StringContent(
            $$"""{"type":"message","from":"group","group":"{{Group}}","dataType":"text","data":"{{message}}"}""");
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var response = await _http.PostAsync(new Uri($"{_floor.Ready.Values["endpoint"]}/send"), content);
        response.EnsureSuccessStatusCode();
    }
}
