using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// What a failed transaction means (rule S7). Only a refusal for good that names a segment's row is that segment's
/// fault: were a refused head, a wrong API version or a throttled request taken for one, messages would be lost to an
/// outage.
/// </summary>
internal static class TableRefusals
{
    /// <summary>The result; null where the outcome is unknown or the store is not to be had.</summary>
    public static CommitResult? ToResult(RequestFailedException exception, int segmentCount)
    {
        if (exception.ErrorCode == TableErrorCode.TableNotFound)
        {
            return null;
        }

        return exception.Status switch
        {
            409 or 412 or 404 => new CommitResult.Conflict(),
            408 or 429 or >= 500 or < 400 => null,
            400 when FailingSegment(exception, segmentCount) is { } index => new CommitResult.SegmentRejected(index, ReasonOf(exception)),
            // Too large as a whole, no right, an unknown API version, the head itself.
            _ => new CommitResult.RequestRejected(ReasonOf(exception)),
        };
    }

    private static int? FailingSegment(RequestFailedException exception, int segmentCount) =>
        exception is TableTransactionFailedException { FailedTransactionActionIndex: { } index } && index >= 0 && index < segmentCount
            ? index
            : null;

    private static string ReasonOf(RequestFailedException exception) => $"{exception.Status} {exception.ErrorCode}";
}
