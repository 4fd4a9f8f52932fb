using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Azure Service Bus without a protocol: one lock, no thread of its own, time and tokens from outside. Every
/// operation is decided synchronously; what must be durable, or must wait, ends through a task. Callbacks are
/// made in the order of events, outside the lock. Run on one thread with a fake clock it is deterministic.
/// </summary>
public sealed class MessageBroker : IDisposable
{
    private readonly BrokerKernel _kernel;
    private readonly EntityTable _entities;

    internal MessageBroker(BrokerKernel kernel, EntityTable entities)
    {
        _kernel = kernel;
        _entities = entities;
        kernel.CaptureState = entities.Capture;
        kernel.CloseAll = entities.Close;
    }

    /// <summary>All entities that were configured, dead-letter queues included, in the order of the configuration.</summary>
    public IReadOnlyList<BrokerEntity> Entities => _entities.All;

    /// <summary>Makes a broker that forgets: nothing is written anywhere.</summary>
    /// <param name="definition">The entities.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="timeProvider">The clock and the timers.</param>
    /// <param name="newLockToken">Makes lock tokens: <see cref="Guid.NewGuid"/>, or a seeded generator.</param>
    public static MessageBroker InMemory(
        NamespaceDefinition definition, BrokerOptions options, TimeProvider timeProvider, Func<Guid> newLockToken)
    {
        var kernel = new BrokerKernel(options, timeProvider, newLockToken);
        return new MessageBroker(kernel, EntityTable.Build(kernel, definition));
    }

    /// <summary>Makes a broker that holds what a journal tells of and writes to that journal from then on.</summary>
    /// <param name="definition">The entities. Records of others are left out and counted.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="timeProvider">The clock and the timers.</param>
    /// <param name="newLockToken">Makes lock tokens.</param>
    /// <param name="records">What was written, oldest first.</param>
    /// <param name="openJournal">Opens what takes the records from now on; called once, when all are read.</param>
    /// <param name="notes">What the replay has to say to people, one line each.</param>
    public static MessageBroker Restore(
        NamespaceDefinition definition,
        BrokerOptions options,
        TimeProvider timeProvider,
        Func<Guid> newLockToken,
        IEnumerable<BrokerRecord> records,
        Func<IBrokerJournal> openJournal,
        out IReadOnlyList<string> notes)
    {
        var kernel = new BrokerKernel(options, timeProvider, newLockToken);
        var entities = EntityTable.Build(kernel, definition);
        var replay = new BrokerReplay(entities);
        foreach (var record in records)
        {
            replay.Apply(record);
        }

        var broker = new MessageBroker(kernel, entities);
        kernel.Use(openJournal());
        using var scope = kernel.Enter();
        replay.Finish();
        notes = replay.Notes;
        return broker;
    }

    /// <summary>Finds an entity by any form of its address (see <see cref="EntityAddress"/>); a management suffix is ignored.</summary>
    public bool TryFind(string? address, [NotNullWhen(true)] out BrokerEntity? entity)
    {
        entity = null;
        return EntityAddress.TryParse(address, out var parsed) && _entities.TryFind(parsed.ToEntityPath(), out entity);
    }

    /// <summary>What happened so far, per entity.</summary>
    public IReadOnlyList<EntityMeter> ReadMeter()
    {
        using var scope = _kernel.Enter();
        return [.. Entities.Select(entity => entity.Counters.Read(entity.Address))];
    }

    /// <summary>Everything that must survive, as records that rebuild it.</summary>
    internal IReadOnlyList<BrokerRecord> Capture()
    {
        using var scope = _kernel.Enter();
        return _entities.Capture();
    }

    /// <summary>Stops timers, ends every receiver and wait with OperationCancelled.</summary>
    public void Dispose()
    {
        using (_kernel.Enter())
        {
            _kernel.End(new BrokerError(BrokerErrorCode.OperationCancelled, "The broker stops."));
        }

        _kernel.Dispose();
    }
}
