using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Channels.Sequencing;

internal static class SequencingServices
{
    /// <summary>
    /// Registers sequencing with repair and forwarding; it needs the log, the instance store, the ingress queue and the
    /// destination sender.
    /// </summary>
    public static IServiceCollection AddSequencing(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddGatewayOptions<LogOptions>();
        services.AddGatewayOptions<SequencingOptions>();
        services.AddBackends();
        services.TryAddSingleton<EpochFactory>();
        services.TryAddSingleton<HeadCache>();
        services.TryAddSingleton<SequencingReport>();
        services.TryAddSingleton<ChannelCommit>();
        services.TryAddSingleton<Delivery>();
        services.TryAddSingleton<Retention>();
        services.TryAddSingleton<EnvelopeProgress>();
        services.TryAddSingleton<EnvelopeHandler>();
        services.TryAddSingleton<SessionHolds>();
        services.TryAddSingleton<SequencerClock>();
        services.TryAddSingleton<Sequencer>();
        services.TryAddSingleton<InstanceRepair>();
        services.TryAddSingleton<InstanceProber>();
        services.TryAddSingleton<QuietNotices>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, QuietNotices>(
            provider => provider.GetRequiredService<QuietNotices>()));
        return services;
    }
}
