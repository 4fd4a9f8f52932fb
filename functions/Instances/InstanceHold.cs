namespace ServerlessGateway.Instances;

/// <summary>How long a list of instances may be used, and what follows from it (rules I1, S6).</summary>
internal static class InstanceHold
{
    /// <summary>
    /// The longest time that a process uses a list it has read. A new instance is offered to clients, and a repaired
    /// one's clients are told to check, only after twice this time: by then no process acts on a list from before.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Twice the longest hold.</summary>
    public static readonly TimeSpan Settled = 2 * Longest;
}
