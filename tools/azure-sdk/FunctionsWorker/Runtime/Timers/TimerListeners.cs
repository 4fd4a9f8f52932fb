using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Timers;

internal static class TimerListeners
{
    public static IServiceCollection AddTimerListeners(this IServiceCollection services, FunctionCatalog catalog)
    {
        foreach (var (function, trigger) in catalog.With<TimerTriggerAttribute>())
        {
            services.AddSingleton<ITriggerListener>(provider =>
                ActivatorUtilities.CreateInstance<TimerListener>(provider, function, trigger));
        }

        return services;
    }
}
