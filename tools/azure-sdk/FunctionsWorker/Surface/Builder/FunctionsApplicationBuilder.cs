using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Collects what a function app is made of, and makes the host that runs it.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private readonly WebApplicationBuilder _inner;
    private bool _hasBuilt;

    internal FunctionsApplicationBuilder(string[]? args) => _inner = WorkerHostBuilder.Create(args ?? []);

    IDictionary<object, object> IHostApplicationBuilder.Properties => ((IHostApplicationBuilder)_inner).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    IMetricsBuilder IHostApplicationBuilder.Metrics => _inner.Metrics;

    /// <summary>The app's settings.</summary>
    public ConfigurationManager Configuration => _inner.Configuration;

    /// <summary>Where the app runs.</summary>
    public IHostEnvironment Environment => _inner.Environment;

    /// <summary>The app's logging.</summary>
    public ILoggingBuilder Logging => _inner.Logging;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services => _inner.Services;

    /// <summary>Makes the host; once.</summary>
    /// <exception cref="InvalidOperationException">The host was made before.</exception>
    public IHost Build()
    {
        if (_hasBuilt)
        {
            throw new InvalidOperationException("The application has already been built.");
        }

        _hasBuilt = true;
        return WorkerHostBuilder.Build(_inner);
    }

    void IHostApplicationBuilder.ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure) =>
        ((IHostApplicationBuilder)_inner).ConfigureContainer(factory, configure);
}
