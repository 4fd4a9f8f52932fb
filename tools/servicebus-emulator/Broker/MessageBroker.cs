using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Azure Service Bus without a protocol: one lock, no thread of its own, time and tokens from outside. Every
/// operation is decided synchronously; what must be durable, or must wait, ends through a task. Callbacks are
/// made in the order of events, outside the lock. Run on one thread with a fake clock it is deterministic.
/// </summary>
public sealed class MessageBroker : IDisposable
{
    /// <summary>Makes a broker that forgets: nothing is written anywhere.</summary>
    /// <param name="definition">The entities.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="timeProvider">The clock and the timers.</param>
    /// <param name="newLockToken">Makes lock tokens: <see cref="Guid.NewGuid"/>, or a seeded generator.</param>
    public static MessageBroker InMemory(
        NamespaceDefinition definition, BrokerOptions options, TimeProvider timeProvider, Func<Guid> newLockToken) =>
        throw new NotImplementedException();

    /// <summary>All entities that were configured, dead-letter queues included, in the order of the configuration.</summary>
    public IReadOnlyList<BrokerEntity> Entities => throw new NotImplementedException();

    /// <summary>Finds an entity by any form of its address (see <see cref="EntityAddress"/>); a management suffix is ignored.</summary>
    public bool TryFind(string? address, [NotNullWhen(true)] out BrokerEntity? entity) =>
        throw new NotImplementedException();

    /// <summary>What happened so far, per entity.</summary>
    public IReadOnlyList<EntityMeter> ReadMeter() => throw new NotImplementedException();

    /// <summary>Stops timers, ends every receiver and wait with OperationCancelled.</summary>
    public void Dispose() => throw new NotImplementedException();
}
