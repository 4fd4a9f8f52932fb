using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Requests;

internal static class RequestServices
{
    /// <summary>Registers the handling of clients' requests; it needs an <see cref="IConnectionGroups"/>.</summary>
    public static IServiceCollection AddRequests(this IServiceCollection services)
    {
        services.AddGatewayOptions<GatewayOptions>();
        services.TryAddSingleton<RequestSetting>();
        services.TryAddSingleton<PageReader>();
        services.TryAddSingleton<PublishHandler>();
        services.TryAddSingleton<SubscribeHandler>();
        services.TryAddSingleton<UnsubscribeHandler>();
        services.TryAddSingleton<ReadHandler>();
        services.TryAddSingleton<RequestHandlers>();
        services.TryAddSingleton<RequestHandler>();
        return services;
    }
}
