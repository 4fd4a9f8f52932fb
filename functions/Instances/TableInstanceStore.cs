using Azure;
using Azure.Data.Tables;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Instances;

/// <summary>
/// The instances in the table <c>instances</c>: one partition, one row each, and one more for the shard plan. Rows are
/// merged, not replaced: what another version of the gateway keeps in them stays.
/// </summary>
internal sealed class TableInstanceStore(TableClient table) : IInstanceStore
{
    /// <summary>The table's name.</summary>
    public const string TableName = "instances";

    private const string Partition = "instances";
    private const string ShardsRow = "shards";
    private const string Count = "count";
    private const string Generation = "generation";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken)
    {
        List<InstanceRow> rows = [];
        var query = table.QueryAsync<TableEntity>(
            $"PartitionKey eq '{Partition}' and RowKey ne '{ShardsRow}'", cancellationToken: cancellationToken);
        await foreach (var entity in query)
        {
            rows.Add(InstanceRowColumns.Read(entity));
        }

        return rows;
    }

    /// <inheritdoc/>
    public async Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken)
    {
        var entity = InstanceRowColumns.Write(row, Partition);
        try
        {
            var response = row.Tag is null
                ? await table.AddEntityAsync(entity, cancellationToken)
                : await table.UpdateEntityAsync(entity, new ETag(row.Tag), TableUpdateMode.Merge, cancellationToken);
            return row with { Tag = response.Headers.ETag!.Value.ToString() };
        }
        catch (RequestFailedException exception)
            when (exception.Status is 409 or 412 || (exception.Status == 404 && row.Tag is not null))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> FoundAsync(IReadOnlyList<InstanceRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            await table.SubmitTransactionAsync(
                rows.Select(row => new TableTransactionAction(
                    TableTransactionActionType.Add, InstanceRowColumns.Write(row, Partition))),
                cancellationToken);
            return true;
        }
        catch (TableTransactionFailedException exception) when (exception.Status == 409)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken)
    {
        var found =
            await table.GetEntityIfExistsAsync<TableEntity>(Partition, ShardsRow, cancellationToken: cancellationToken);
        if (!found.HasValue)
        {
            await AddShardPlanAsync(cancellationToken);
            found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, ShardsRow, cancellationToken: cancellationToken);
        }

        var entity = found.HasValue ? found.Value! : throw new InvalidDataException("The row of the shard plan was just written and is not there.");
        return new ShardPlan(entity.GetInt32(Generation) ?? 1, entity.GetInt32(Count) ?? Shards.DefaultCount);
    }

    private async Task AddShardPlanAsync(CancellationToken cancellationToken)
    {
        try
        {
            await table.AddEntityAsync(
                new TableEntity(Partition, ShardsRow) { [Generation] = 1, [Count] = Shards.DefaultCount }, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            // Another process wrote the same at the same moment.
            return;
        }
    }
}
