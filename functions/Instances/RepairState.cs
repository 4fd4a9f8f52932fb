namespace ServerlessGateway.Instances;

/// <summary>
/// The repair of an instance that missed sends (rule S6), a part of its row. Any number of failed sends is made good by
/// one notice that tells the instance's clients to compare their heads, so the state is a few numbers and not a list.
/// </summary>
internal sealed record RepairState
{
    /// <summary>Raised by a failed send: a repair is wanted.</summary>
    public long Wanted { get; init; }

    /// <summary>The value of <see cref="Wanted"/> up to which clients were told to check.</summary>
    public long Done { get; init; }

    /// <summary>Sends are left out until the prober finds the instance answering.</summary>
    public bool Skip { get; init; }

    /// <summary>
    /// The number of the probe under way; a probe with a lower number is a left-over and does nothing.
    /// </summary>
    public long Turn { get; init; }

    /// <summary>
    /// When <see cref="Turn"/> was last raised; a chain of probes that is silent for long is begun again.
    /// </summary>
    public DateTimeOffset TurnAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Probes without an answer, in a row; spaces the next ones.</summary>
    public int Failures { get; init; }

    /// <summary>
    /// What <see cref="Wanted"/> was when the instance answered: the check now due makes good everything up to here.
    /// </summary>
    public long Answered { get; init; }

    /// <summary>
    /// When the check is due: once every process has seen that the instance is not skipped any more. Null where none
    /// is.
    /// </summary>
    public DateTimeOffset? CheckDue { get; init; }

    /// <summary>When the last check was broadcast.</summary>
    public DateTimeOffset CheckedAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The window of the last check; doubled while throttling recurs.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>A send was throttled since the last check.</summary>
    public bool Throttled { get; init; }

    /// <summary>True while something is to be made good.</summary>
    public bool IsWanted => Wanted > Done;
}
