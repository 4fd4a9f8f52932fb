using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

internal static class ServiceBusListeners
{
    public static IServiceCollection AddServiceBusListeners(this IServiceCollection services, FunctionCatalog catalog)
    {
        services.AddSingleton<ServiceBusClients>();
        services.AddSingleton<SettlementChannel>();
        services.AddSingleton<ListenerServices>();
        foreach (var (function, trigger) in catalog.With<ServiceBusTriggerAttribute>())
        {
            services.AddSingleton<ITriggerListener>(provider => trigger.IsSessionsEnabled
                ? ActivatorUtilities.CreateInstance<SessionListener>(provider, function, trigger)
                : ActivatorUtilities.CreateInstance<MessageListener>(provider, function, trigger));
        }

        return services;
    }
}
