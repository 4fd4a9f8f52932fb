using Microsoft.AspNetCore.Http;

namespace ServerlessGateway.Triggers;

/// <summary>Reads request bodies up to a bound.</summary>
internal static class BoundedBody
{
    /// <summary>
    /// The body; null where it is longer than <paramref name="maxBytes"/>, of which no more is read then.
    /// </summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        using var stream = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (stream.Length + read > maxBytes)
            {
                return null;
            }

            stream.Write(buffer, 0, read);
        }

        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }
}
