namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>How the journal writes.</summary>
public sealed record JournalOptions
{
    /// <summary>The folder of its files; made when missing, and locked while in use.</summary>
    public required string Directory { get; init; }

    /// <summary>When an operation counts as durable; synced to the disk by default.</summary>
    public JournalFlush Flush { get; init; } = JournalFlush.Disk;

    /// <summary>
    /// How many bytes may wait to be written before sends are answered ServerBusy; 64 MiB by default, several
    /// times what one flush of a slow disk takes.
    /// </summary>
    public long MaxPendingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// The log is compacted when it is larger than this and than twice the last snapshot, unless all that it tells of
    /// is held in memory still; 64 MiB by default.
    /// </summary>
    public long CompactAtBytes { get; init; } = 64 * 1024 * 1024;
}

/// <summary>When an operation counts as durable.</summary>
public enum JournalFlush
{
    /// <summary>When the disk has it: survives the loss of power. Many operations share one sync.</summary>
    Disk,

    /// <summary>When the operating system has it: survives kill -9 of the emulator, not of the machine.</summary>
    OperatingSystem,
}
