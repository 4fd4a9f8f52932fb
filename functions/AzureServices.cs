using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Instances;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;

namespace ServerlessGateway;

/// <summary>
/// What the gateway needs from outside, on Azure. Everything else is registered apart, so that a simulation can put its
/// own here.
/// </summary>
internal static class AzureServices
{
    public static IServiceCollection AddAzure(this IServiceCollection services)
    {
        services.AddGatewayOptions<TableOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEntropy, CryptographicEntropy>();
        // Only made where something is reached by identity: making it is slow, and locally nothing is.
        services.TryAddSingleton(new Lazy<TokenCredential>(() => new DefaultAzureCredential()));
        services.TryAddSingleton(CreateTables);

        ServiceBusOptions.Register(services);
        services.TryAddSingleton(CreateServiceBus);
        services.TryAddSingleton<IIngressQueue>(provider => new ServiceBusIngressQueue(
            provider.GetRequiredService<ServiceBusClient>(),
            provider.GetRequiredService<IOptions<ServiceBusOptions>>().Value.IngressQueue,
            provider.GetRequiredService<ILogger<ServiceBusIngressQueue>>()));

        services.TryAddSingleton<IChannelLog>(provider => new TableChannelLog(TableOf(provider, TableChannelLog.TableName)));
        services.TryAddSingleton<IInstanceStore>(provider => new TableInstanceStore(TableOf(provider, TableInstanceStore.TableName)));
        services.TryAddSingleton<ISessionStore>(provider => new TableSessionStore(TableOf(provider, TableSessionStore.TableName)));

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InstancesOptions>, InstancesValidator>());
        services.TryAddSingleton<WebPubSubClients>();
        services.TryAddSingleton<EventsTopic>();
        services.TryAddSingleton<IDestinationSender, WebPubSubDestinationSender>();
        services.TryAddSingleton<IClientUrls, WebPubSubClientUrls>();
        services.TryAddSingleton<IConnectionGroups, WebPubSubConnectionGroups>();
        services.TryAddSingleton<IInstanceDirectory, InstanceDirectory>();
        return services;
    }

    private static TableClient TableOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<TableServiceClient>().GetTableClient(name);

    private static TableServiceClient CreateTables(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<TableOptions>>().Value;
        var settings = new TableClientOptions();
        settings.Retry.NetworkTimeout = options.NetworkTimeout;
        settings.Retry.MaxRetries = 2;
        settings.Retry.Delay = TimeSpan.FromMilliseconds(100);
        settings.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        return options.Endpoint is { } endpoint
            ? new TableServiceClient(endpoint, provider.GetRequiredService<Lazy<TokenCredential>>().Value, settings)
            : new TableServiceClient(options.ConnectionString, settings);
    }

    /// <summary>
    /// Without repeats: the batcher repeats under the same id, the sequencer schedules a repair, and both know when to
    /// stop.
    /// </summary>
    private static ServiceBusClient CreateServiceBus(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<ServiceBusOptions>>().Value;
        var settings = new ServiceBusClientOptions
        {
            RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(5) },
        };
        return string.IsNullOrEmpty(options.ConnectionString)
            // The options are valid: one of the two is there.
            ? new ServiceBusClient(
                options.FullyQualifiedNamespace!, provider.GetRequiredService<Lazy<TokenCredential>>().Value, settings)
            : new ServiceBusClient(options.ConnectionString, settings);
    }
}
