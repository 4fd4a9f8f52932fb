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

    /// <summary>Runs once, before the next founding: what another process does meanwhile.</summary>
    public Func<Task>? BeforeFounding { get; set; }

    /// <summary>Runs once, before the next write.</summary>
    public Func<Task>? BeforeWrite { get; set; }

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

    public async Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken)
    {
        var before = BeforeWrite;
        BeforeWrite = null;
        await (before?.Invoke() ?? Task.CompletedTask);
        lock (_lock)
        {
            if (_rows.GetValueOrDefault(row.Name.Value)?.Tag != row.Tag)
            {
                return null;
            }

            return Put(row);
        }
    }

    public async Task<bool> FoundAsync(IReadOnlyList<InstanceRow> rows, CancellationToken cancellationToken)
    {
        var before = BeforeFounding;
        BeforeFounding = null;
        await (before?.Invoke() ?? Task.CompletedTask);
        lock (_lock)
        {
            if (rows.Any(row => _rows.ContainsKey(row.Name.Value)))
            {
                return false;
            }

            foreach (var row in rows)
            {
                Put(row);
            }

            return true;
        }
    }

    public Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken) => Task.FromResult(Plan);

    private InstanceRow Put(InstanceRow row) =>
        _rows[row.Name.Value] = row with { Tag = (++_lastTag).ToString(CultureInfo.InvariantCulture) };
}
