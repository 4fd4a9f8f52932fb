using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>What a trigger listens to, with its settings resolved.</summary>
internal sealed record Entity(string QueueOrTopic, string? Subscription)
{
    public static Entity Of(ServiceBusTriggerAttribute trigger, BindingExpressions expressions) => new(
        expressions.Resolve(trigger.QueueName ?? trigger.TopicName!),
        trigger.SubscriptionName is { } subscription ? expressions.Resolve(subscription) : null);

    public ServiceBusProcessor CreateProcessor(ServiceBusClient client, ServiceBusProcessorOptions options) =>
        Subscription is null
            ? client.CreateProcessor(QueueOrTopic, options)
            : client.CreateProcessor(QueueOrTopic, Subscription, options);

    public ServiceBusSessionProcessor CreateProcessor(ServiceBusClient client, ServiceBusSessionProcessorOptions options) =>
        Subscription is null
            ? client.CreateSessionProcessor(QueueOrTopic, options)
            : client.CreateSessionProcessor(QueueOrTopic, Subscription, options);

    public override string ToString() => Subscription is null ? QueueOrTopic : $"{QueueOrTopic}/{Subscription}";
}
