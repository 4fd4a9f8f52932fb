using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Backends;

internal static class BackendServices
{
    /// <summary>Registers the settings of namespaces and the forwarding to backends.</summary>
    public static IServiceCollection AddBackends(this IServiceCollection services)
    {
        services.TryAddSingleton<ForwardingParts>();
        services.TryAddSingleton<EventForwarder>();
        services.AddOptions<NamespacesOptions>()
            .Configure<IConfiguration>(static (options, configuration) =>
                configuration.GetSection(NamespacesOptions.SectionName).Bind(
                    options.Namespaces, binder => binder.ErrorOnUnknownConfiguration = true))
            .Validate(
                options => options.Namespaces.Values.All(settings => settings.IsValid),
                $"{NamespacesOptions.SectionName}: RetentionMessages is permitted from 1 to 10,000,000, RetentionAge from 1 minute to 365 days.")
            .ValidateOnStart();
        return services;
    }
}
