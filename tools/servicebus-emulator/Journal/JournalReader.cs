using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>
/// Reads a folder back: the newest snapshot, then the journals from its number on. Only the last journal may end in
/// a torn frame, which is cut off: it was never acknowledged. Damage elsewhere stops the start, since skipping it
/// would lose accepted messages in silence.
/// </summary>
internal sealed class JournalReader(string directory)
{
    private readonly List<string> _notes = [];

    /// <summary>What was cut, one line each; complete after <see cref="ReadAll"/>.</summary>
    internal IReadOnlyList<string> Notes => _notes;

    /// <summary>The journal to go on with.</summary>
    internal long LastSegment { get; private set; } = 1;

    /// <summary>How far it is filled; 0 when it must be made first.</summary>
    internal long LastSegmentBytes { get; private set; }

    /// <summary>The bytes of all journals read.</summary>
    internal long LogBytes { get; private set; }

    /// <summary>The bytes of the snapshot read.</summary>
    internal long SnapshotBytes { get; private set; }

    internal IEnumerable<BrokerRecord> ReadAll()
    {
        DeleteTemporary();
        var snapshots = JournalFormat.Numbers(directory, "snapshot");
        var first = snapshots.Count > 0 ? snapshots[^1] : 1;
        JournalCleaner.DeleteBefore(directory, first);
        if (snapshots.Count > 0)
        {
            foreach (var record in ReadSnapshot(PathOf(JournalFormat.SnapshotName(first))))
            {
                yield return record;
            }
        }

        var segments = JournalFormat.Numbers(directory, "journal");
        RequireUnbroken(segments, first);
        LastSegment = segments.Count > 0 ? segments[^1] : first;
        foreach (var number in segments)
        {
            foreach (var record in ReadSegment(number))
            {
                yield return record;
            }
        }
    }

    private static void RequireUnbroken(IReadOnlyList<long> segments, long first)
    {
        for (var index = 0; index < segments.Count; index++)
        {
            if (segments[index] != first + index)
            {
                throw new InvalidDataException($"The file {JournalFormat.SegmentName(first + index)} of the journal is missing.");
            }
        }
    }

    private IEnumerable<BrokerRecord> ReadSnapshot(string path)
    {
        using var reader = new FrameReader(path);
        foreach (var record in reader.ReadFrames().SelectMany(frame => frame))
        {
            yield return record;
        }

        // It got its name when it was whole.
        if (reader.IsTorn)
        {
            throw Damaged(path, reader);
        }

        SnapshotBytes = reader.Length;
    }

    private IEnumerable<BrokerRecord> ReadSegment(long number)
    {
        var path = PathOf(JournalFormat.SegmentName(number));
        long good;
        using (var reader = new FrameReader(path))
        {
            foreach (var record in reader.ReadFrames().SelectMany(frame => frame))
            {
                yield return record;
            }

            good = reader.GoodBytes;
            if (reader.IsTorn)
            {
                if (number != LastSegment)
                {
                    throw Damaged(path, reader);
                }

                _notes.Add(
                    $"{Path.GetFileName(path)}: cut {reader.Length - good} bytes of a torn end at byte {good}; they were never acknowledged.");
            }
        }

        LogBytes += good;
        if (number == LastSegment)
        {
            LastSegmentBytes = good;
        }
    }

    private static InvalidDataException Damaged(string path, FrameReader reader) => new(
        $"'{path}' is damaged at byte {reader.GoodBytes} of {reader.Length}. Restore it, or move the folder away to start empty.");

    private void DeleteTemporary()
    {
        foreach (var path in Directory.EnumerateFiles(directory, $"*{JournalFormat.TemporarySuffix}"))
        {
            File.Delete(path);
        }
    }

    private string PathOf(string name) => Path.Combine(directory, name);
}
