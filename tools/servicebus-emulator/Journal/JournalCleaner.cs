namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Deletes the files that a snapshot made superfluous.</summary>
internal static class JournalCleaner
{
    internal static void DeleteBefore(string directory, long number)
    {
        DeleteBefore(directory, "journal", number, JournalFormat.SegmentName);
        DeleteBefore(directory, "snapshot", number, JournalFormat.SnapshotName);
    }

    private static void DeleteBefore(string directory, string kind, long number, Func<long, string> nameOf)
    {
        foreach (var old in JournalFormat.Numbers(directory, kind).Where(candidate => candidate < number))
        {
            File.Delete(Path.Combine(directory, nameOf(old)));
        }
    }
}
