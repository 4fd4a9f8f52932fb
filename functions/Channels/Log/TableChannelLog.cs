using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The log in the table <c>channels</c>: a partition per channel, one row for the head and one per segment.
/// </summary>
internal sealed class TableChannelLog(TableClient table) : IChannelLog
{
    /// <summary>The table's name.</summary>
    public const string TableName = "channels";

    private const string HeadProperty = "head";

    /// <summary>
    /// Rows that one call of <see cref="DeleteSegmentsAsync"/> deletes at most: what fits into one transaction.
    /// </summary>
    private const int MaxDeletes = SegmentPacking.MaxOperations;

    /// <summary>What a row holds at least, for guessing how many to ask for at once.</summary>
    private const int UsualRowBytes = 8 * 1024;

    /// <inheritdoc/>
    public async Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(
            ChannelKeys.PartitionOf(channel), ChannelKeys.Head, cancellationToken: cancellationToken);
        if (found.HasValue)
        {
            var bytes = found.Value!.GetBinary(HeadProperty) ?? throw new InvalidDataException($"The head of {channel} is empty.");
            return new StoredHead(HeadCodec.Decode(bytes), found.Value.ETag.ToString());
        }

        // A missing table looks like a missing head, and would begin every channel anew.
        var response = found.GetRawResponse();
        return response.Headers.TryGetValue("x-ms-error-code", out var code) && code == TableErrorCode.TableNotFound.ToString()
            ? throw new RequestFailedException(response)
            : StoredHead.None;
    }

    /// <inheritdoc/>
    public async Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        var contents = segments.Select(SegmentCodec.Encode).ToList();
        var head = HeadCodec.Encode(next);
        if (FindRefusal(contents, head) is { } refusal)
        {
            return refusal;
        }

        var row = new TableEntity(ChannelKeys.PartitionOf(channel), ChannelKeys.Head) { [HeadProperty] = head };
        List<TableTransactionAction> actions =
        [
            .. segments.Select((segment, at) => new TableTransactionAction(
                TableTransactionActionType.Add,
                SegmentPacking.ToEntity(channel, segment.Epoch, segment.LastOffset, contents[at]))),
            previous.Tag is { } tag
                ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, new ETag(tag))
                : new TableTransactionAction(TableTransactionActionType.Add, row),
        ];
        try
        {
            var response = await table.SubmitTransactionAsync(actions, cancellationToken);
            return new CommitResult.Committed(response.Value[^1].Headers.ETag!.Value.ToString());
        }
        catch (RequestFailedException exception) when (TableRefusals.ToResult(exception, segments.Count) is { } refused)
        {
            return refused;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken)
    {
        List<Segment> segments = [];
        if (after >= upTo)
        {
            return segments;
        }

        var filter = Between(channel, ChannelKeys.SegmentAt(epoch, after + 1), ChannelKeys.EndOf(epoch));
        var pageSize = Math.Clamp(maxBytes / UsualRowBytes, 1, SegmentPacking.MaxOperations);
        var left = (long)maxBytes;
        await foreach (var row in table.QueryAsync<TableEntity>(filter, pageSize, null, cancellationToken))
        {
            var content = SegmentPacking.ContentOf(row);
            var segment = SegmentCodec.Decode(content);
            left -= content.Length;
            if (segment.FirstOffset > upTo || (left < 0 && segments.Count > 0))
            {
                break;
            }

            segments.Add(segment);
            if (segment.LastOffset >= upTo || left <= 0)
            {
                break;
            }
        }

        return segments;
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteSegmentsAsync(
        ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken)
    {
        // Two ranges hold what may go: the epochs that sort before this one with this one up to what is retained, and
        // those that sort behind it.
        var ranges = new[]
        {
            Between(channel, ChannelKeys.FirstSegment, ChannelKeys.SegmentAt(epoch, firstRetained)),
            Between(channel, ChannelKeys.EndOf(epoch), ChannelKeys.EndOfSegments),
        };
        foreach (var range in ranges)
        {
            var rows = await ListKeysAsync(range, cancellationToken);
            if (rows.Any(row => !ChannelKeys.IsOf(epoch, row.RowKey))
                && (await ReadHeadAsync(channel, cancellationToken)).Head?.Epoch != epoch)
            {
                // Another epoch began while the caller stalled, and what it has committed would look like a left-over. The
                // rows were listed before the head was read: under the own epoch's head none of them can be of a later one.
                return true;
            }

            if (rows.Count > 0)
            {
                await DeleteAsync(rows, cancellationToken);
            }

            if (rows.Count == MaxDeletes)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<List<TableEntity>> ListKeysAsync(string filter, CancellationToken cancellationToken)
    {
        List<TableEntity> rows = [];
        var query = table.QueryAsync<TableEntity>(filter, MaxDeletes, ["PartitionKey", "RowKey"], cancellationToken);
        await foreach (var row in query)
        {
            rows.Add(row);
            if (rows.Count == MaxDeletes)
            {
                break;
            }
        }

        return rows;
    }

    private async Task DeleteAsync(List<TableEntity> rows, CancellationToken cancellationToken)
    {
        try
        {
            await table.SubmitTransactionAsync(
                rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)), cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // Somebody deletes the same, and one missing row fails them all: one by one, those that are gone are no
            // error.
            foreach (var row in rows)
            {
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
            }
        }
    }

    private static CommitResult? FindRefusal(List<byte[]> contents, byte[] head)
    {
        var tooLarge = contents.FindIndex(content => content.Length > SegmentPacking.MaxSegmentBytes);
        if (tooLarge >= 0)
        {
            return new CommitResult.SegmentRejected(tooLarge, $"{contents[tooLarge].Length} bytes do not fit into one row");
        }

        var request = SegmentPacking.RequestBytesOf(head.Length) + contents.Sum(content => SegmentPacking.RequestBytesOf(content.Length));
        return head.Length > HeadCodec.MaxBytes || contents.Count >= SegmentPacking.MaxOperations || request > SegmentPacking.MaxTransactionBytes
            ? new CommitResult.RequestRejected($"{contents.Count} segments, {request} bytes, a head of {head.Length} bytes")
            : null;
    }

    /// <summary>Rows of the channel from one key up to, but not including, another. Keys hold no quotes.</summary>
    private static string Between(ChannelName channel, string from, string end) =>
        $"PartitionKey eq '{ChannelKeys.PartitionOf(channel)}' and RowKey ge '{from}' and RowKey lt '{end}'";
}
