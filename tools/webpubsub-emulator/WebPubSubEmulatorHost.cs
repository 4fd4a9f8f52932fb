using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Clients;
using ServerlessGateway.WebPubSubEmulator.Configuration;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Quotas;
using ServerlessGateway.WebPubSubEmulator.Rest;

namespace ServerlessGateway.WebPubSubEmulator;

/// <summary>
/// One running instance: Kestrel on loopback, in this process. Tests start it on port 0; the program does nothing more
/// than to start one and wait.
/// </summary>
internal sealed class WebPubSubEmulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ServiceAddress _address;
    private readonly AccessKeys _keys;

    private WebPubSubEmulatorHost(WebApplication app, ServiceAddress address)
    {
        _app = app;
        // Kept, because asking a disposed host for it would throw, and a stop may be asked for at any time.
        _lifetime = app.Lifetime;
        _address = address;
        _keys = app.Services.GetRequiredService<AccessKeys>();
        Routing = app.Services.GetRequiredService<EventRouting>();
        Hubs = app.Services.GetRequiredService<HubRegistry>();
        Meter = app.Services.GetRequiredService<Meter>();
    }

    /// <summary>Where the instance listens.</summary>
    public Uri ListeningEndpoint { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The endpoint of the connection string.</summary>
    public string Endpoint => _address.Endpoint;

    /// <summary>The connection string with the primary access key.</summary>
    public string ConnectionString => _address.ConnectionString(_keys.Primary);

    public EventRouting Routing { get; }

    public HubRegistry Hubs { get; }

    public Meter Meter { get; }

    public static async Task<WebPubSubEmulatorHost> StartAsync(
        EmulatorOptions options, CancellationToken cancellationToken = default)
    {
        var address = new ServiceAddress(options.PublicEndpoint, options.Origin);
        var app = Build(options, address);
        var host = new WebPubSubEmulatorHost(app, address);
        if (options.Faults is { } plan) await app.Services.GetRequiredService<FaultEngine>().ReplaceAsync(plan);
        await app.StartAsync(cancellationToken);
        var listening = app.Services.GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        host.ListeningEndpoint = new Uri(listening);
        address.ListensAt(host.ListeningEndpoint);
        return host;
    }

    /// <summary>Completes when the process was asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public void Stop() => _lifetime.StopApplication();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(EmulatorOptions options, ServiceAddress address)
    {
        // Settings of the folder that it happens to be started in are somebody else's.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        // Standard output carries the ready line alone.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(options.LogLevel);
        // Why a start fails is thrown, and said once by whoever started it; what ends a running host is critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        foreach (var (category, level) in options.LogLevels)
        {
            builder.Logging.AddFilter(category == "Default" ? null : category, level);
        }

        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        AddServices(builder.Services, options, address);

        var app = builder.Build();
        var faults = app.Services.GetRequiredService<InstanceFaults>();
        app.Services.GetRequiredService<FaultEngine>().Act = faults.ActAsync;
        app.Use(next => context => faults.GuardAsync(context, next));
        app.UseWebSockets(new WebSocketOptions
        {
            // The service's own default between its pings.
            KeepAliveInterval = TimeSpan.FromSeconds(20),
            // Pongs are read like messages, and reading pauses behind an event that takes its whole 100 s.
            KeepAliveTimeout = TimeSpan.FromSeconds(120),
        });
        Map(app);
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var hub in app.Services.GetRequiredService<HubRegistry>().All)
            {
                hub.EndAll(Target.All, SendScope.Everyone, ConnectionEnd.Stopping);
            }
        });
        return app;
    }

    private static void AddServices(IServiceCollection services, EmulatorOptions options, ServiceAddress address)
    {
        var limits = options.Limits with
        {
            MaxConnections = Math.Min(options.Quotas.Connections ?? int.MaxValue, options.Limits.MaxConnections),
        };
        services.AddSingleton(options.Time);
        services.AddSingleton(limits);
        services.AddSingleton(CreateKeys(options));
        services.AddSingleton(address);
        services.AddSingleton(options.NewConnectionId);
        services.AddSingleton<TokenReader>();
        services.AddSingleton(provider => new EntraTokens(
            options.AllowUnvalidatedEntraTokens, options.Time, provider.GetRequiredService<ILogger<EntraTokens>>()));
        services.AddSingleton(provider => new AccessKeyEndpoint(
            provider.GetRequiredService<AccessKeys>(),
            address,
            options.NewAccessKey,
            provider.GetRequiredService<ILogger<AccessKeyEndpoint>>()));
        services.AddSingleton<HubRegistry>();
        services.AddSingleton<Meter>();
        services.AddSingleton(options.Quotas);
        services.AddSingleton(provider => new DailyMessages(
            provider.GetRequiredService<Meter>(),
            options.Time,
            options.Quotas.MessagesPerDay is null ? null : options.DataFolder,
            provider.GetRequiredService<ILogger<DailyMessages>>()));
        services.AddHostedService(provider => provider.GetRequiredService<DailyMessages>());
        services.AddSingleton<Quota>();
        services.AddSingleton<FaultEngine>();
        services.AddSingleton(InstanceFaultKinds.Reader);
        services.AddSingleton<FaultEndpoints>();
        services.AddSingleton<IMessageFaults, MessageFaults>();
        services.AddSingleton<InstanceFaults>();
        services.AddSingleton<CallbackFaults>();
        services.AddSingleton(new EventRouting(options.EventHandlers));
        if (options.ConfigFile is { } file)
        {
            services.AddHostedService(provider => new ConfigFileWatcher(
                file, provider.GetRequiredService<EventRouting>(), provider.GetRequiredService<ILogger<ConfigFileWatcher>>()));
        }

        services.AddSingleton(_ => new HttpMessageInvoker(HandlerHttp.Create()));
        services.AddSingleton<CloudEventRequest>();
        services.AddSingleton<Consent>();
        services.AddSingleton<HandlerCookies>();
        services.AddSingleton<EventSender>();
        services.AddSingleton<Notifications>();
        services.AddHostedService(provider => provider.GetRequiredService<Notifications>());
        services.AddSingleton<EventDispatcher>();
        services.AddSingleton<RestGate>();
        services.AddSingleton<ClientTokens>();
        services.AddSingleton<ReconnectionTokens>();
        services.AddSingleton<ClientRecovery>();
        services.AddSingleton<ClientEndpoint>();
        services.AddSingleton(provider => new ClientServices(
            provider.GetRequiredService<EventDispatcher>(),
            provider.GetRequiredService<Meter>(),
            limits,
            options.Time,
            provider.GetRequiredService<ILogger<ClientSocket>>()));
        services.AddSingleton<ClientSessions>();
        // Behind the notifications, so that it stops before them and the last disconnected events are still sent.
        services.AddHostedService(provider => provider.GetRequiredService<ClientSessions>());
    }

    private static AccessKeys CreateKeys(EmulatorOptions options)
    {
        AccessKeys.Check(options.AccessKeys);
        if (options.DataFolder is null) return new AccessKeys(options.AccessKeys);
        Directory.CreateDirectory(options.DataFolder);
        var file = new AccessKeyFile(options.DataFolder, options.AccessKeys);
        return new AccessKeys(file.Read(), file.Write);
    }

    private static void Configure(KestrelServerOptions kestrel, EmulatorOptions options)
    {
        // Both loopback addresses, since localhost may be either; a free port can only be taken of one.
        if (options.Port == 0) kestrel.Listen(IPAddress.Loopback, 0);
        else kestrel.ListenLocalhost(options.Port);
        // Client tokens travel in the request line, and those with many roles or groups are long.
        kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        kestrel.Limits.MaxRequestBufferSize = 256 * 1024;
        // Bodies are bounded where they are read, with the error answer that belongs to it.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.AddServerHeader = false;
    }

    private static void Map(WebApplication app)
    {
        var clients = app.Services.GetRequiredService<ClientEndpoint>();
        app.MapGet("/client/hubs/{hub}", clients.HandleAsync);
        app.MapGet("/client", clients.HandleAsync);
        app.MapGet("/clients/mqtt/hubs/{hub}", clients.RefuseMqttAsync);
        RestRoutes.Map(
            app, app.Services.GetRequiredService<RestGate>(), app.Services.GetRequiredService<ClientTokens>());
        app.MapMethods("/api/health", ["HEAD", "GET"], () => Results.StatusCode(StatusCodes.Status200OK));
        app.MapGet("/meter", (Meter meter, HubRegistry hubs) => Results.Json(meter.Read(hubs.ConnectionCount)));
        app.Services.GetRequiredService<AccessKeyEndpoint>().Map(app);
        app.Services.GetRequiredService<FaultEndpoints>().Map(app);
    }
}
