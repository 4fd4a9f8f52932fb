using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Observability;

internal static class ObservabilityServices
{
    /// <summary>Registers what others see of the process.</summary>
    public static IServiceCollection AddObservability(this IServiceCollection services)
    {
        services.AddMetrics();
        // ASP.NET Core tells of each request four times, and the worker sends each line to the host, where it is billed.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning));
        services.TryAddSingleton<GatewayMetrics>();
        services.TryAddSingleton<Readiness>();
        return services;
    }
}
