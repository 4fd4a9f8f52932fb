using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Sessions;

internal static class SessionServices
{
    /// <summary>
    /// Registers sessions; they need an <see cref="ISessionStore"/>, an <see cref="IClientUrls"/> and the instances.
    /// </summary>
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddGatewayOptions<SessionOptions>();
        services.TryAddSingleton<SessionRows>();
        services.TryAddSingleton<NegotiateHandler>();
        services.TryAddSingleton<ConnectHandler>();
        services.TryAddSingleton<DisconnectedHandler>();
        return services;
    }
}
