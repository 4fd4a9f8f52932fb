using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.Bench.Harness;

/// <summary>A program under test, started and ready, with the loads that it is put under. Disposing ends it.</summary>
internal interface IScenario : IAsyncDisposable
{
    /// <summary>
    /// The process whose processor time is charged to each load; null where there is no single one.
    /// </summary>
    ManagedProcess? Measured => null;

    /// <summary>In the order of their runs; each floor directly before what it is the floor of.</summary>
    IReadOnlyList<Load> Loads { get; }

    /// <summary>What the loads should reach.</summary>
    IReadOnlyList<Goal> Goals { get; }

    /// <summary>What else there is to say; asked once, after all rounds.</summary>
    Task<IReadOnlyList<Fact>> ReadFactsAsync(CancellationToken cancellationToken);
}
