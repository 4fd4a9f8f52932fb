using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Writes the whole state to a file that takes its name only when it is whole and on the disk.</summary>
internal static class SnapshotWriter
{
    /// <summary>Frames of about this size: large enough to be cheap, small enough to be read without a large buffer.</summary>
    private const int FrameBytes = 1024 * 1024;

    /// <summary>Records of a frame before its size is looked at.</summary>
    private const int FrameRecords = 256;

    /// <summary>Writes the snapshot, deletes what it replaces, and returns its length.</summary>
    internal static long Write(string directory, long number, IReadOnlyList<BrokerRecord> state)
    {
        var path = Path.Combine(directory, JournalFormat.SnapshotName(number));
        var temporary = path + JournalFormat.TemporarySuffix;
        long length;
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(JournalFormat.FileHeader());
            var buffer = new ByteBuffer(FrameBytes);
            foreach (var records in state.Chunk(FrameRecords))
            {
                JournalFormat.WriteFrame(buffer, records);
                if (buffer.Length >= FrameBytes)
                {
                    file.Write(buffer.Written.Span);
                    buffer.Clear();
                }
            }

            file.Write(buffer.Written.Span);
            file.Flush(flushToDisk: true);
            length = file.Length;
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Flush(directory);
        JournalCleaner.DeleteBefore(directory, number);
        return length;
    }
}
