namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>All entities of the broker, as configured.</summary>
public sealed record NamespaceDefinition
{
    /// <summary>The namespace's name; the official emulator's by default.</summary>
    public string Name { get; init; } = "sbemulatorns";

    /// <summary>Its queues, in order.</summary>
    public IReadOnlyList<QueueDefinition> Queues { get; init; } = [];

    /// <summary>Its topics, in order.</summary>
    public IReadOnlyList<TopicDefinition> Topics { get; init; } = [];
}
