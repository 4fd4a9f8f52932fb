using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace ServerlessGateway.Sessions;

/// <summary>Sessions in the table <c>sessions</c>: one partition each, so that they spread.</summary>
internal sealed class TableSessionStore(TableClient table) : ISessionStore
{
    /// <summary>The table's name.</summary>
    public const string TableName = "sessions";

    private const string RowKey = "session";
    private const string Body = "Body";
    private const string LeaseEnds = "LeaseEnds";

    /// <inheritdoc/>
    public async Task<StoredSession?> ReadAsync(SessionId id, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(id.Value, RowKey, cancellationToken: cancellationToken);
        if (found.HasValue)
        {
            return new StoredSession(SessionCodec.Decode(id, found.Value!.GetBinary(Body)), found.Value.ETag.ToString());
        }

        // A missing table looks like a missing session, and would end every session with one answer.
        var response = found.GetRawResponse();
        return response.Headers.TryGetValue("x-ms-error-code", out var code) && code == TableErrorCode.TableNotFound.ToString()
            ? throw new RequestFailedException(response)
            : null;
    }

    /// <inheritdoc/>
    public async Task<StoredSession?> WriteAsync(Session session, string? tag, CancellationToken cancellationToken)
    {
        var entity = new TableEntity(session.Id.Value, RowKey)
        {
            [Body] = SessionCodec.Encode(session),
            // Beside the body, so that a sweeper finds what has ended without reading what it holds.
            [LeaseEnds] = session.LeaseEnds,
        };
        try
        {
            var response = tag is null
                ? await table.AddEntityAsync(entity, cancellationToken)
                : await table.UpdateEntityAsync(entity, new ETag(tag), TableUpdateMode.Replace, cancellationToken);
            return new StoredSession(session, response.Headers.ETag?.ToString() ?? string.Empty);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412
            || (exception.Status == 404 && exception.ErrorCode != TableErrorCode.TableNotFound))
        {
            // Somebody else inserted, replaced or deleted it. A retry of the client's own request inside the SDK looks
            // the same: then what is read next holds the change already.
            return null;
        }
    }
}
