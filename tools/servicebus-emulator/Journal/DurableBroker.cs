using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>A broker with its journal: opened by replaying the files, ended by flushing them.</summary>
public sealed class DurableBroker : IAsyncDisposable
{
    private readonly FileJournal _journal;

    private DurableBroker(MessageBroker broker, FileJournal journal, IReadOnlyList<string> notes)
    {
        Broker = broker;
        _journal = journal;
        ReplayNotes = notes;
    }

    /// <summary>The broker, ready for use.</summary>
    public MessageBroker Broker { get; }

    /// <summary>
    /// What the replay had to say, one line each: a torn tail that was cut, messages of entities that are no
    /// longer configured.
    /// </summary>
    public IReadOnlyList<string> ReplayNotes { get; }

    /// <summary>Completes when the journal can no longer be written (with the reason): the process should stop.</summary>
    public Task<Exception> Failed => _journal.Failed;

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
        CancellationToken cancellationToken) =>
        Task.Run(() => Open(journalOptions, definition, options, timeProvider, newLockToken), cancellationToken);

    /// <summary>Writes what is still waiting, answers its senders, then stops the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        await _journal.FlushAsync();
        Broker.Dispose();
        await _journal.DisposeAsync();
    }

    /// <summary>Done when everything accepted so far is durable and no compaction is under way.</summary>
    internal Task FlushAsync() => _journal.FlushAsync();

    private static DurableBroker Open(
        JournalOptions journalOptions,
        NamespaceDefinition definition,
        BrokerOptions options,
        TimeProvider timeProvider,
        Func<Guid> newLockToken)
    {
        var segment = SegmentFile.Lock(journalOptions.Directory);
        try
        {
            var reader = new JournalReader(journalOptions.Directory);
            FileJournal? journal = null;
            var broker = MessageBroker.Restore(
                definition,
                options,
                timeProvider,
                newLockToken,
                reader.ReadAll(),
                () => journal = OpenJournal(journalOptions, reader, segment),
                out var notes);
            return new DurableBroker(broker, journal!, [.. reader.Notes, .. notes]);
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>After the reading, which says where to go on.</summary>
    private static FileJournal OpenJournal(JournalOptions options, JournalReader reader, SegmentFile segment)
    {
        segment.Open(reader.LastSegment, reader.LastSegmentBytes);
        return new FileJournal(options, segment, reader.LogBytes, reader.SnapshotBytes);
    }
}
