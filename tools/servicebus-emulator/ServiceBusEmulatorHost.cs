using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Faults;
using ServerlessGateway.ServiceBusEmulator.Http;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.ServiceBusEmulator;

/// <summary>
/// A running emulator: broker, AMQP port and HTTP port. Ends when disposed, with its journal flushed.
/// </summary>
internal sealed class ServiceBusEmulatorHost : IAsyncDisposable
{
    /// <summary>How long connections get to take leave before their sockets are cut.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(3);

    private readonly WebApplication _application;
    private readonly DurableBroker? _durable;
    private readonly AmqpServer _server;
    private readonly ServiceBusEmulatorOptions _options;

    private ServiceBusEmulatorHost(
        WebApplication application, MessageBroker broker, DurableBroker? durable, AmqpServer server,
        ServiceBusEmulatorOptions options, IPEndPoint amqp, IPEndPoint http)
    {
        _application = application;
        _durable = durable;
        _server = server;
        _options = options;
        Broker = broker;
        AmqpEndPoint = amqp;
        HttpUri = new Uri($"http://{http}");
    }

    public MessageBroker Broker { get; }

    public IPEndPoint AmqpEndPoint { get; }

    public Uri HttpUri { get; }

    /// <summary>The connection string for any Service Bus SDK.</summary>
    public string ConnectionString =>
        $"Endpoint=sb://{AmqpEndPoint};SharedAccessKeyName={_options.Key.Name};SharedAccessKey={_options.Key.Key};"
        + "UseDevelopmentEmulator=true;";

    /// <summary>What replaying the journal had to say.</summary>
    public IReadOnlyList<string> ReplayNotes => _durable?.ReplayNotes ?? [];

    /// <summary>AMQP connections being served.</summary>
    public int ConnectionCount => _server.ConnectionCount;

    /// <summary>What connections hold of memory besides the broker's messages.</summary>
    public long HeldBytes => _server.HeldBytes;

    /// <summary>Completes when the journal cannot be written any more: the process should end.</summary>
    public Task<Exception> JournalFailed =>
        _durable?.Failed ?? new TaskCompletionSource<Exception>().Task;

    /// <summary>Replays the journal, then opens the ports.</summary>
    public static async Task<ServiceBusEmulatorHost> StartAsync(
        ServiceBusEmulatorOptions options, CancellationToken cancellationToken)
    {
        var durable = options.Journal.Directory.Length == 0
            ? null
            : await DurableBroker.OpenAsync(
                options.Journal, options.Namespace, options.Broker, options.Time, options.NewId, cancellationToken);
        var broker = durable?.Broker
            ?? MessageBroker.InMemory(options.Namespace, options.Broker, options.Time, options.NewId);
        try
        {
            return await StartAsync(options, broker, durable, cancellationToken);
        }
        catch
        {
            await CloseAsync(broker, durable);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        await _server.DisposeAsync();
        await CloseAsync(Broker, _durable);
    }

    /// <summary>Opens the ports on a broker that is there already; it ends with the host.</summary>
    internal static Task<ServiceBusEmulatorHost> StartAsync(
        ServiceBusEmulatorOptions options, MessageBroker broker, CancellationToken cancellationToken) =>
        StartAsync(options, broker, durable: null, cancellationToken);

    private static async Task<ServiceBusEmulatorHost> StartAsync(
        ServiceBusEmulatorOptions options, MessageBroker broker, DurableBroker? durable,
        CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        if (options.LogToConsole)
        {
            // Standard output is for the ready line alone.
            builder.Logging.AddSimpleConsole().AddFilter("Microsoft", LogLevel.Warning);

            // Why a start fails is thrown, and said once by whoever started it; what ends a running host is critical.
            builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
            builder.Services.Configure<ConsoleLoggerOptions>(
                console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        AmqpServer? server = null;
        ListenOptions? amqp = null;
        ListenOptions? http = null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // One more than ours, which says so in the log when it is met: this one is for the HTTP port.
            kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections + 1L;
            kestrel.Limits.MaxRequestBufferSize = options.Limits.MaxBytesBeingRead;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                amqp = listen;
                listen.Run(connection => server!.ServeAsync(connection));
            });
            kestrel.Listen(IPAddress.Loopback, options.HttpPort, listen => http = listen);
        });
        builder.Services.AddSingleton(_ => new FaultEngine(options.Time));
        builder.Services.AddSingleton(NamespaceFaultKinds.Reader);
        builder.Services.AddSingleton<FaultEndpoints>();
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        var application = builder.Build();
        var faults = application.Services.GetRequiredService<FaultEngine>();
        var services = new AmqpServices(
            broker, options.Key, options.Limits, options.Time, options.NewId, options.Namespace.Name,
            new NamespaceFaults(faults));
        server = new AmqpServer(services, application.Services.GetRequiredService<ILogger<AmqpServer>>());
        faults.Act = new NamespaceActs(broker, server, options.Time).ActAsync;
        if (options.Faults is { } plan)
        {
            await faults.ReplaceAsync(plan);
        }

        application.UseRouting();
        application.MapEmulator(broker, application.Services.GetRequiredService<FaultEndpoints>());
        await application.StartAsync(cancellationToken);
        return new ServiceBusEmulatorHost(
            application, broker, durable, server, options, amqp!.IPEndPoint!, http!.IPEndPoint!);
    }

    /// <summary>Whoever made the host ends it: signals are the program's, and tests have none.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static async Task CloseAsync(MessageBroker broker, DurableBroker? durable)
    {
        if (durable is not null)
        {
            await durable.DisposeAsync();
        }
        else
        {
            broker.Dispose();
        }
    }
}
