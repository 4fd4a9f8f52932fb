using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Access;

internal static class AccessServices
{
    /// <summary>Registers who may come in: clients' tokens and Web PubSub's callbacks.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddGatewayOptions<TokenOptions>();
        services.AddGatewayOptions<CallbackOptions>();
        services.TryAddSingleton<TokenValidator>();
        services.TryAddSingleton<CallbackAuthenticator>();
        return services;
    }
}
