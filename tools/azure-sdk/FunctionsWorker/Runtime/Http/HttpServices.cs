using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Http;

internal static class HttpServices
{
    /// <summary>Registers what HTTP functions need; twice is the same as once.</summary>
    public static IServiceCollection AddFunctionsHttp(this IServiceCollection services)
    {
        services.AddMvcCore();

        // Requests come from the host, or here from a balancer, which say what the caller asked for.
        services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.All);
        services.TryAddSingleton<HttpIntegration>();
        return services;
    }

    /// <summary>Its presence says that the app asked for the ASP.NET Core integration.</summary>
    internal sealed class HttpIntegration;
}
