using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Contract.Tests.WebPubSubEmulator;
using ServerlessGateway.Instances;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;
using ServerlessGateway.Tests.Support.Memory;
using ServerlessGateway.Triggers;

namespace ServerlessGateway.Contract.Tests.Sessions;

/// <summary>
/// The callbacks of the gateway on an emulated instance: real sockets, real callbacks, real REST calls. Only what lies
/// behind them (sessions, logs, queue) is in memory.
/// </summary>
internal sealed class EmulatedGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EmulatedGateway(WebApplication app, TestInstance instance)
    {
        _app = app;
        Instance = instance;
    }

    public TestInstance Instance { get; }

    public InMemorySessionStore Store { get; } = new();

    public CountingGroups Groups => (CountingGroups)_app.Services.GetRequiredService<IConnectionGroups>();

    public static async Task<EmulatedGateway> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Tokens:SymmetricKey"] = new string('k', 32),
            ["Gateway:Tokens:Issuer"] = "app",
            ["Gateway:Tokens:Audience"] = "gateway",
        });
        EmulatedGateway? gateway = null;
        AddServices(builder.Services, () => gateway!);
        var app = builder.Build();
        app.Map("/api/webpubsub/{instance}", async (HttpContext context, string instance) =>
        {
            var edge = context.RequestServices.GetRequiredService<IHttpEdge<WebPubSubEventsFunction>>();
            var answer = await edge.HandleAsync(context.Request, instance, context.RequestAborted);
            await answer.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new()));
        });
        await app.StartAsync();
        var config = $$"""
            { "WebPubSub": { "Hubs": { "{{TestInstance.Hub}}": { "EventHandlers": [ {
              "UrlTemplate": "{{app.Urls.First()}}/api/webpubsub/alpha",
              "SystemEvents": ["connect", "connected", "disconnected"],
              "EventPattern": "*"
            } ] } } } }
            """;
        return gateway = new EmulatedGateway(app, await TestInstance.StartAsync(config));
    }

    /// <summary>Negotiates as a user; the error's code where it is refused.</summary>
    public async Task<(NegotiateAnswer? Answer, int Code)> NegotiateAsync(
        string user, string? session = null, string capabilities = """{"*":["subscribe","publish"]}""")
    {
        using var document = System.Text.Json.JsonDocument.Parse(capabilities);
        var identity = new AccessIdentity(
            user, CapabilitySet.Parse(document.RootElement, user, out _)!, DateTimeOffset.UtcNow.AddHours(1));
        var result = await _app.Services.GetRequiredService<NegotiateHandler>()
            .HandleAsync(identity, new NegotiateRequest(session), new ClientLimits(), default);
        return (result.Answer, result.Error?.Code ?? 0);
    }

    public async Task<TestClient> ConnectAsync(string user, string? session = null, string capabilities = """{"*":["subscribe","publish"]}""") =>
        await TestClient.ConnectAsync((await NegotiateAsync(user, session, capabilities)).Answer!.Url);

    /// <summary>Sends to a channel's group as the sequencer does.</summary>
    public async Task SendAsync(string channel, string json)
    {
        using var response = await Instance.PostAsync($"/groups/{Uri.EscapeDataString(channel)}/:send", json, "application/json");
        Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await Instance.DisposeAsync();
        await _app.DisposeAsync();
    }

    private static void AddServices(IServiceCollection services, Func<EmulatedGateway> gateway)
    {
        services.AddAccess().AddSessions().AddRequests().AddObservability().AddEdges();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IEntropy, CryptographicEntropy>();
        services.AddSingleton<ISessionStore>(_ => gateway().Store);
        services.AddSingleton<IChannelReader, EmptyLogs>();
        services.AddSingleton<IPublisher, AcceptingPublisher>();
        services.AddSingleton<IInstanceDirectory>(_ => new OneInstance(new GatewayInstance(
            InstanceName.Parse("alpha"), new Uri(gateway().Instance.Endpoint), 1, [TestInstance.SecondaryKey], null)));
        services.AddSingleton<IClientUrls, WebPubSubClientUrls>();
        services.AddSingleton<IConnectionGroups>(provider => new CountingGroups(new WebPubSubConnectionGroups(
            provider.GetRequiredService<WebPubSubClients>(), provider.GetRequiredService<ILogger<WebPubSubConnectionGroups>>())));
        services.AddSingleton(_ => new WebPubSubClients(
            Options.Create(new InstancesOptions
            {
                Hub = TestInstance.Hub,
                Instances =
                {
                    new InstanceOptions
                    {
                        Name = "alpha",
                        ConnectionString = $"Endpoint={gateway().Instance.Endpoint};AccessKey={TestInstance.PrimaryKey};Version=1.0;",
                    },
                },
            }),
            new Lazy<Azure.Core.TokenCredential>(() => throw new InvalidOperationException("Nothing is reached by identity here."))));
    }

    private sealed class OneInstance(GatewayInstance instance) : IInstanceDirectory
    {
        public IReadOnlyList<GatewayInstance> Instances => [instance];

        public ValueTask<IReadOnlySet<InstanceName>> ListOpenAsync(CancellationToken cancellationToken) =>
            new(new HashSet<InstanceName> { instance.Name });
    }

    private sealed class EmptyLogs : IChannelReader
    {
        public Task<ChannelPage> ReadAsync(
            ChannelName channel, Position? position, int maxBytes, CancellationToken cancellationToken) => Task.FromResult(new ChannelPage(
                channel.Value, position is null ? Outcome.Started : Outcome.Recovered, "", 1, 0, true, []));

        public Task<ChannelHead> CheckAsync(ChannelName channel, CancellationToken cancellationToken) =>
            Task.FromResult(new ChannelHead(channel.Value, "", 0));
    }

    private sealed class AcceptingPublisher : IPublisher
    {
        public Task<IReadOnlyList<PublishItemAnswer>> PublishAsync(
            IReadOnlyList<Publication> publications, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PublishItemAnswer>>([.. publications.Select(_ => PublishItemAnswer.Accepted)]);
    }
}

/// <summary>Counts the calls that change groups.</summary>
internal sealed class CountingGroups(IConnectionGroups inner) : IConnectionGroups
{
    private int _adds;

    public int Adds => _adds;

    public Task<GroupOutcome> AddAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _adds);
        return inner.AddAsync(instance, connectionId, channels, cancellationToken);
    }

    public Task<GroupOutcome> RemoveAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken) =>
        inner.RemoveAsync(instance, connectionId, channels, cancellationToken);
}
