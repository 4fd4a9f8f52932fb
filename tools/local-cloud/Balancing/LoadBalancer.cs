using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace ServerlessGateway.LocalCloud.Balancing;

/// <summary>
/// The one address of the Functions processes, as Azure's front end is in the cloud. It binds first, so that the emulators can be told where
/// callbacks go before any Functions process runs. A process that is taken out gets nothing new; what was under way there ends as it ends.
/// </summary>
public sealed class LoadBalancer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly InMemoryConfigProvider _config;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, string> _destinations = new(StringComparer.Ordinal);

    private LoadBalancer(WebApplication app, InMemoryConfigProvider config) => (_app, _config) = (app, config);

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>Starts it without destinations: it answers 503 until there is one.</summary>
    public static async Task<LoadBalancer> StartAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddReverseProxy().LoadFromMemory([AllRoutes], [ClusterOf(new Dictionary<string, string>())]);
        var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        return new LoadBalancer(app, (InMemoryConfigProvider)app.Services.GetRequiredService<IProxyConfigProvider>());
    }

    /// <summary>Adds a destination, or replaces the one of that name.</summary>
    public void Add(string name, string url) => Change(destinations => destinations[name] = url);

    /// <summary>Takes a destination out.</summary>
    public void Remove(string name) => Change(destinations => destinations.Remove(name));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static RouteConfig AllRoutes { get; } = new()
    {
        RouteId = "all",
        ClusterId = "functions",
        Match = new RouteMatch { Path = "{**path}" },
    };

    private static ClusterConfig ClusterOf(IReadOnlyDictionary<string, string> destinations) => new()
    {
        ClusterId = "functions",
        LoadBalancingPolicy = "RoundRobin",
        Destinations = destinations.ToDictionary(pair => pair.Key, pair => new DestinationConfig { Address = pair.Value }),
    };

    private void Change(Action<SortedDictionary<string, string>> change)
    {
        lock (_lock)
        {
            change(_destinations);
            _config.Update([AllRoutes], [ClusterOf(_destinations)]);
        }
    }
}
