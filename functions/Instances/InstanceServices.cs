using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Instances;

internal static class InstanceServices
{
    /// <summary>
    /// Registers the instances; it needs an <see cref="IInstanceStore"/> and an <see cref="IDestinationSender"/>.
    /// </summary>
    public static IServiceCollection AddInstances(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(InstanceRegistry)))
        {
            // Bound twice, the list would hold every instance twice.
            return services;
        }

        // The section Gateway holds those of others too, so unknown keys are no error here.
        services.AddOptions<InstancesOptions>().BindConfiguration(InstancesOptions.SectionName)
            .ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<InstanceRegistry>();
        return services;
    }
}
