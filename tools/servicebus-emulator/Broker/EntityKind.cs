namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What an entity is.</summary>
public enum EntityKind
{
    /// <summary>A queue.</summary>
    Queue,

    /// <summary>A topic: messages are sent to it and received from its subscriptions.</summary>
    Topic,

    /// <summary>A subscription of a topic: receive only.</summary>
    Subscription,

    /// <summary>The dead-letter queue of a queue or subscription: receive only, never with sessions.</summary>
    DeadLetterQueue,
}
