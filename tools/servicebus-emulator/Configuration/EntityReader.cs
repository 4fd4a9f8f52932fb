using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>Reads queues, topics and subscriptions.</summary>
internal static class EntityReader
{
    private const int MaxEntityName = 260;
    private const int MaxSubscriptionName = 50;

    /// <summary>Subscriptions of one topic: the cloud's limit.</summary>
    private const int MaxSubscriptions = 2_000;

    /// <summary>The cloud's largest: 80 GB, and messages of 100 MB (Premium).</summary>
    private const int MaxSizeMegabytes = 81_920;
    private const int MaxMessageKilobytes = 102_400;

    private static readonly TimeSpan ShortestLock = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);

    /// <summary>The official emulator's shortest window, and the cloud's longest.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    internal static QueueDefinition ReadQueue(ConfigurationSection section, UniqueNames names)
    {
        var name = names.Take(section, MaxEntityName, allowsSlash: true);
        var properties = section.Section("Properties", isRequired: false);
        section.End();
        var queue = ReadReceiving(properties, new QueueDefinition { Name = name });
        queue = queue with
        {
            RequiresDuplicateDetection = properties.Flag("RequiresDuplicateDetection", queue.RequiresDuplicateDetection),
            DuplicateDetectionHistoryTimeWindow = ReadWindow(properties, queue.DuplicateDetectionHistoryTimeWindow),
            MaxSizeBytes = ReadMaxSize(properties, queue.MaxSizeBytes),
            MaxMessageBytes = ReadMaxMessage(properties, queue.MaxMessageBytes),
        };
        EndProperties(properties);
        return queue;
    }

    internal static TopicDefinition ReadTopic(ConfigurationSection section, UniqueNames names)
    {
        var topic = new TopicDefinition { Name = names.Take(section, MaxEntityName, allowsSlash: true) };
        var properties = section.Section("Properties", isRequired: false);
        topic = topic with
        {
            DefaultMessageTimeToLive = ReadLife(properties, topic.DefaultMessageTimeToLive),
            RequiresDuplicateDetection = properties.Flag("RequiresDuplicateDetection", topic.RequiresDuplicateDetection),
            DuplicateDetectionHistoryTimeWindow = ReadWindow(properties, topic.DuplicateDetectionHistoryTimeWindow),
            MaxSizeBytes = ReadMaxSize(properties, topic.MaxSizeBytes),
            MaxMessageBytes = ReadMaxMessage(properties, topic.MaxMessageBytes),
        };
        EndProperties(properties);
        var subscriptionNames = new UniqueNames();
        topic = topic with
        {
            Subscriptions = [.. section.Sections("Subscriptions").Select(sub => ReadSubscription(sub, subscriptionNames))],
        };
        section.End();
        if (topic.Subscriptions.Count > MaxSubscriptions)
        {
            section.Fail("Subscriptions", topic.Subscriptions.Count, $"up to {MaxSubscriptions} of one topic");
        }

        return topic;
    }

    private static SubscriptionDefinition ReadSubscription(ConfigurationSection section, UniqueNames names)
    {
        var name = names.Take(section, MaxSubscriptionName, allowsSlash: false);
        var properties = section.Section("Properties", isRequired: false);
        var queue = ReadReceiving(properties, new QueueDefinition { Name = name });
        properties.Refuse("DeadLetteringOnFilterEvaluationExceptions");
        EndProperties(properties);
        var ruleNames = new UniqueNames();
        IReadOnlyList<RuleDefinition> rules = [.. section.Sections("Rules").Select(rule => RuleReader.Read(rule, ruleNames))];
        section.End();
        return new SubscriptionDefinition(queue, rules);
    }

    /// <summary>What queues and subscriptions have in common.</summary>
    private static QueueDefinition ReadReceiving(ConfigurationSection properties, QueueDefinition queue)
    {
        queue = queue with
        {
            LockDuration = properties.Duration("LockDuration", queue.LockDuration, ShortestLock, LongestLock),
            MaxDeliveryCount = properties.Number("MaxDeliveryCount", queue.MaxDeliveryCount, 1, int.MaxValue),
            DefaultMessageTimeToLive = ReadLife(properties, queue.DefaultMessageTimeToLive),
            DeadLetteringOnMessageExpiration = properties.Flag("DeadLetteringOnMessageExpiration", false),
            RequiresSession = properties.Flag("RequiresSession", false),
            ForwardTo = ReadTarget(properties, "ForwardTo"),
            ForwardDeadLetteredMessagesTo = ReadTarget(properties, "ForwardDeadLetteredMessagesTo"),
        };
        if (queue is { RequiresSession: true, ForwardTo: not null })
        {
            properties.Fail("ForwardTo", $"\"{queue.ForwardTo}\"", "nothing where RequiresSession is true");
        }

        return queue;
    }

    private static string? ReadTarget(ConfigurationSection properties, string key)
    {
        var target = properties.Text(key, MaxEntityName, isRequired: false);
        return string.IsNullOrEmpty(target) ? null : target;
    }

    private static TimeSpan ReadLife(ConfigurationSection properties, TimeSpan otherwise) =>
        properties.Duration("DefaultMessageTimeToLive", otherwise, ShortestLife, TimeSpan.MaxValue);

    private static TimeSpan ReadWindow(ConfigurationSection properties, TimeSpan otherwise) =>
        properties.Duration("DuplicateDetectionHistoryTimeWindow", otherwise, ShortestWindow, LongestWindow);

    private static long ReadMaxSize(ConfigurationSection properties, long otherwise) =>
        properties.Number("MaxSizeInMegabytes", (int)(otherwise >> 20), 1, MaxSizeMegabytes) * (1L << 20);

    private static long ReadMaxMessage(ConfigurationSection properties, long otherwise) =>
        properties.Number("MaxMessageSizeInKilobytes", (int)(otherwise >> 10), 1, MaxMessageKilobytes) * (1L << 10);

    private static void EndProperties(ConfigurationSection properties)
    {
        properties.Refuse(
            "AutoDeleteOnIdle", "EnableBatchedOperations", "EnableExpress", "EnablePartitioning", "Status",
            "SupportOrdering", "UserMetadata", "FilteringMessagesBeforePublishing", "EnableSubscriptionPartitioning");
        properties.End();
    }
}
