namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>The paths of entities as the protocol writes them.</summary>
internal static class EntityName
{
    public static string Queue(string queueName) => Check.NotEmpty(queueName, nameof(queueName));

    public static string Subscription(string topicName, string subscriptionName) =>
        $"{Check.NotEmpty(topicName, nameof(topicName))}/Subscriptions/{Check.NotEmpty(subscriptionName, nameof(subscriptionName))}";

    public static string DeadLetters(string path) => $"{path}/$DeadLetterQueue";
}
