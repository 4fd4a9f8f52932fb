using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ServerlessGateway.Channels.Publishing;

internal static class PublishingServices
{
    /// <summary>Registers publishing; it needs an <see cref="IIngressQueue"/> and an <see cref="Instances.IInstanceStore"/>.</summary>
    public static IServiceCollection AddPublishing(this IServiceCollection services)
    {
        services.AddOptions<PublishingOptions>().BindConfiguration(PublishingOptions.SectionName, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<HeldShardPlan>();
        services.TryAddSingleton<Batcher>();
        services.TryAddSingleton<IPublisher>(provider => provider.GetRequiredService<Batcher>());
        services.AddHostedService<FlushOnStop>();
        return services;
    }

    /// <summary>A stopping process answers what it has taken before it ends, as far as the host gives it time.</summary>
    private sealed class FlushOnStop(Batcher batcher) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => batcher.FlushAsync(cancellationToken);
    }
}
