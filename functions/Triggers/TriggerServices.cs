using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Triggers;

internal static class TriggerServices
{
    /// <summary>Registers what stands behind the functions.</summary>
    public static IServiceCollection AddEdges(this IServiceCollection services)
    {
        services.TryAddSingleton<CallbackHandlers>();
        services.TryAddSingleton<IHttpEdge<WebPubSubEventsFunction>, WebPubSubEdge>();
        services.TryAddSingleton<IHttpEdge<NegotiateFunction>, NegotiateEdge>();
        services.TryAddSingleton<IHttpEdge<HealthFunction>, HealthEdge>();
        services.TryAddSingleton<IHttpEdge<InstancesFunction>, InstancesEdge>();
        services.TryAddSingleton<IEventEdge, EventEdge>();
        services.TryAddSingleton<ISequencerEdge, SequencerEdge>();
        return services;
    }
}
