using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function for the messages of a queue or of a subscription.</summary>
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute
{
    private bool? _autoCompleteMessages;

    /// <summary>Reads a queue.</summary>
    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    /// <summary>Reads a subscription of a topic.</summary>
    public ServiceBusTriggerAttribute(string topicName, string subscriptionName)
    {
        TopicName = topicName;
        SubscriptionName = subscriptionName;
    }

    /// <summary>The name of the setting that holds the connection string, or of the section that holds the namespace.</summary>
    public string? Connection { get; set; }

    /// <summary>The queue; null for a subscription.</summary>
    public string? QueueName { get; }

    /// <summary>The topic; null for a queue.</summary>
    public string? TopicName { get; }

    /// <summary>The subscription; null for a queue.</summary>
    public string? SubscriptionName { get; }

    /// <summary>Whether messages are read session by session. Default false.</summary>
    public bool IsSessionsEnabled { get; set; }

    /// <summary>
    /// Whether a message is completed when the function succeeds; where it is not set, host.json decides.
    /// </summary>
    public bool AutoCompleteMessages
    {
        get => _autoCompleteMessages ?? false;
        set => _autoCompleteMessages = value;
    }

    internal bool? AutoCompleteMessagesIfSet => _autoCompleteMessages;
}
