using ServerlessGateway.Bench.Harness;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.Bench.ServiceBus;

/// <summary>The Service Bus emulator as a process, its journal synced to the disk that the floor appends to.</summary>
internal sealed class ServiceBusScenario : IScenario
{
    private const string SingleFloor = "floor: 64 writers append 1 KB";
    private const string Singles = "single sends, 64 senders";
    private const string BatchFloor = "floor: 8 writers append 100 KB";
    private const string Batches = "batches of 100, 8 senders";
    private const string Accepts = "session accepts, 16 workers";

    private readonly ManagedProcess _emulator;
    private readonly Clients _clients;
    private readonly AppendFloor _floor;

    private ServiceBusScenario(ManagedProcess emulator, BenchOptions options)
    {
        _emulator = emulator;
        _clients = new Clients(emulator.Ready.Values["connectionString"]);
        _floor = new AppendFloor(Path.Combine(options.Data.FullName, "floor.log"));
        var loads = new ServiceBusLoads(_clients);
        Loads =
        [
            new Load(SingleFloor, "records", _floor.Writers(ServiceBusLoads.SingleSenders, ServiceBusLoads.BodyBytes, units: 1)),
            new Load(Singles, "messages", loads.Singles())
            {
                Floor = SingleFloor,
                CleanAsync = token => _clients.DrainAsync(EmulatorConfig.Singles, token),
            },
            new Load(BatchFloor, "records", _floor.Writers(
                ServiceBusLoads.BatchSenders,
                ServiceBusLoads.BodyBytes * ServiceBusLoads.BatchMessages,
                ServiceBusLoads.BatchMessages)),
            new Load(Batches, "messages", loads.Batches())
            {
                Floor = BatchFloor,
                CleanAsync = token => _clients.DrainAsync(EmulatorConfig.Batches, token),
            },
            new Load(Accepts, "sessions", loads.Accepts()) { Floor = SingleFloor },
        ];
    }

    public ManagedProcess Measured => _emulator;

    public IReadOnlyList<Load> Loads { get; }

    public IReadOnlyList<Goal> Goals { get; } =
    [
        new(Singles, Figure.PerSecond, 5_000),
        new(Batches, Figure.PerSecond, 50_000),
        new(Accepts, Figure.P99Milliseconds, 15),
    ];

    public static async Task<IScenario> StartAsync(BenchOptions options, CancellationToken cancellationToken) =>
        new ServiceBusScenario(
            await MeasuredProcess.StartAsync(
                "tools/servicebus-emulator",
                "ServerlessGateway.ServiceBusEmulator",
                [
                    "--port", "0", "--http-port", "0", "--config", EmulatorConfig.Write(options.Data),
                    "--data", Path.Combine(options.Data.FullName, "journal"), "--json", "--exit-with-parent",
                ],
                options,
                cancellationToken),
            options);

    public Task<IReadOnlyList<Fact>> ReadFactsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(MeasuredProcess.Facts(_emulator));

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        _floor.Dispose();
        await _emulator.DisposeAsync();
    }
}
