using System.Globalization;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Tests.Support.Memory;

/// <summary>The instances in memory: rows with tags.</summary>
internal sealed class InMemoryInstanceStore : IInstanceStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, InstanceRow> _rows = new(StringComparer.Ordinal);
    private long _lastTag;

    /// <summary>The shard plan that is read.</summary>
    public ShardPlan Plan { get; set; } = new(1, Shards.DefaultCount);

    /// <summary>How often the rows were listed.</summary>
    public int Lists { get; private set; }

    public Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Lists++;
            return Task.FromResult<IReadOnlyList<InstanceRow>>([.. _rows.Values]);
        }
    }

    public Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_rows.GetValueOrDefault(row.Name.Value)?.Tag != row.Tag)
            {
                return Task.FromResult<InstanceRow?>(null);
            }

            var written = row with { Tag = (++_lastTag).ToString(CultureInfo.InvariantCulture) };
            _rows[row.Name.Value] = written;
            return Task.FromResult<InstanceRow?>(written);
        }
    }

    public Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken) => Task.FromResult(Plan);
}
