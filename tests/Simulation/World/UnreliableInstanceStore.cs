using ServerlessGateway.Instances;
using ServerlessGateway.Simulation.Tests.Machine;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>The rows of instances as one process reaches them.</summary>
internal sealed class UnreliableInstanceStore(IInstanceStore store, Chaos chaos, SimulatedProcess process) : IInstanceStore
{
    public Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken) => chaos.CallAsync(
        process, "instances", () => store.ListAsync(CancellationToken.None), null, cancellationToken);

    public Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken) => chaos.CallAsync(
        process, $"instance {row.Name}", () => store.WriteAsync(row, CancellationToken.None), null, cancellationToken);

    public Task<bool> FoundAsync(IReadOnlyList<InstanceRow> rows, CancellationToken cancellationToken) => chaos.CallAsync(
        process, "first instances", () => store.FoundAsync(rows, CancellationToken.None), null, cancellationToken);

    public Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken) => chaos.CallAsync(
        process, "shards", () => store.ReadShardPlanAsync(CancellationToken.None), null, cancellationToken);
}
