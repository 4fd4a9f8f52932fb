using Microsoft.Extensions.DependencyInjection;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Http;

internal static class HttpServices
{
    /// <summary>Registers what HTTP functions need; twice is the same as once.</summary>
    public static IServiceCollection AddFunctionsHttp(this IServiceCollection services)
    {
        services.AddMvcCore();
        return services;
    }
}
