using Microsoft.Extensions.DependencyInjection;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

internal static class WebhookServices
{
    public static IServiceCollection AddWebPubSubWebhook(this IServiceCollection services)
    {
        services.AddSingleton<EventFunctions>();
        services.AddSingleton<WebhookEndpoint>();
        return services;
    }
}
