using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>A broker with its journal: opened by replaying the files, ended by flushing them.</summary>
public sealed class DurableBroker : IAsyncDisposable
{
    /// <summary>The broker, ready for use.</summary>
    public MessageBroker Broker => throw new NotImplementedException();

    /// <summary>
    /// What the replay had to say, one line each: a torn tail that was cut, messages of entities that are no
    /// longer configured.
    /// </summary>
    public IReadOnlyList<string> ReplayNotes => throw new NotImplementedException();

    /// <summary>Completes when the journal can no longer be written (with the reason): the process should stop.</summary>
    public Task<Exception> Failed => throw new NotImplementedException();

    /// <summary>
    /// Replays the journal and opens the broker. Throws <see cref="IOException"/> when the folder is in use and
    /// <see cref="InvalidDataException"/> when a file is damaged other than at its torn end.
    /// </summary>
    public static Task<DurableBroker> OpenAsync(
        JournalOptions journalOptions,
        NamespaceDefinition definition,
        BrokerOptions options,
        TimeProvider timeProvider,
        Func<Guid> newLockToken,
        CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Stops the broker, then writes what is still waiting.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
