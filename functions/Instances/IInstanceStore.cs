namespace ServerlessGateway.Instances;

/// <summary>The durable state of instances. An exception means that the outcome is unknown.</summary>
internal interface IInstanceStore
{
    /// <summary>All rows; the read begins after the call.</summary>
    Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Inserts (<see cref="InstanceRow.Tag"/> null) or replaces under the row's tag. Returns the row with its new tag,
    /// or null where somebody else wrote first.
    /// </summary>
    Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken);

    /// <summary>
    /// Inserts all rows in one transaction: the first instances of a gateway. False where any of them is there already;
    /// then nothing was written.
    /// </summary>
    Task<bool> FoundAsync(IReadOnlyList<InstanceRow> rows, CancellationToken cancellationToken);

    /// <summary>
    /// The number of shards and their generation; written once, at set-up, as 16 and 1 where missing.
    /// </summary>
    Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken);
}

/// <summary>How many shards there are, and under which generation of session ids.</summary>
/// <param name="Generation">Rises with every change of the count.</param>
/// <param name="Count">The number of shards.</param>
internal readonly record struct ShardPlan(int Generation, int Count);

/// <summary>
/// stopped → activating → active → draining → drained → stopped, or back to activating. Health stands beside it.
/// </summary>
internal enum InstanceState
{
    /// <summary>Nothing is sent there, nobody connects there.</summary>
    Stopped,

    /// <summary>Sequencers send there, negotiate does not offer it yet: every process must first know of it.</summary>
    Activating,

    /// <summary>Open.</summary>
    Active,

    /// <summary>Sends go on, no new connections.</summary>
    Draining,

    /// <summary>Empty; sends go on until it is stopped.</summary>
    Drained,
}
