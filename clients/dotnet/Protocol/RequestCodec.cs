using System.Text.Json;
using System.Text.Unicode;

namespace ServerlessGateway.Protocol;

/// <summary>What became of reading a request: the request, or the error to answer with.</summary>
/// <param name="Request">The request; null where it could not be read.</param>
/// <param name="Error">The reply in that case.</param>
public readonly record struct DecodedRequest(GatewayRequest? Request, ErrorReply? Error);

/// <summary>Writes and reads requests and notices.</summary>
public static class RequestCodec
{
    private static readonly HashSet<string> Types =
        ["publish", "subscribe", "resume", "history", "unsubscribe", "positions", "check"];

    /// <summary>Encodes a request as UTF-8 JSON.</summary>
    public static byte[] Encode(GatewayRequest request) =>
        JsonSerializer.SerializeToUtf8Bytes(request, GatewayJson.Relaxed.GatewayRequest);

    /// <summary>
    /// Decodes a request. What is wrong with it is answered, never thrown: 4001 where it is not JSON or a field is
    /// missing or of the wrong type, 4002 where its type is unknown. The id is found wherever it can be.
    /// </summary>
    public static DecodedRequest Decode(ReadOnlySpan<byte> utf8)
    {
        long id = 0;
        string? type = null;
        try
        {
            ReadIdentity(utf8, ref id, ref type);
            if (type is not null && !Types.Contains(type))
            {
                return Refuse(
                    id, ErrorDetail.Of(ErrorCodes.UnknownRequest, "The gateway knows no such request.", type));
            }

            // The JSON reader looks into no string that it keeps as it is, and a client can send bytes of any kind: they
            // would end in a text frame, and end the connection of every client that gets it.
            if (!Utf8.IsValid(utf8))
            {
                return Refuse(id, ErrorDetail.Of(ErrorCodes.MalformedRequest, "The request is not UTF-8."));
            }

            var request = type is null ? null : JsonSerializer.Deserialize(utf8, GatewayJson.Requests.GatewayRequest);
            return request is null || request.Id < 1
                ? Refuse(
                    id, ErrorDetail.Of(
                        ErrorCodes.MalformedRequest, "A request needs 'type' and 'id', a whole number from 1.", id))
                : new DecodedRequest(request, null);
        }
        catch (Exception exception)
            when (exception is JsonException or NotSupportedException or InvalidOperationException
                or FormatException)
        {
            var path = (exception as JsonException)?.Path;
            return Refuse(
                id,
                ErrorDetail.Of(ErrorCodes.MalformedRequest, "The request is not JSON of the documented shape.", path));
        }
    }

    /// <summary>Encodes a notice as UTF-8 JSON.</summary>
    public static byte[] Encode(GatewayNotice notice) =>
        JsonSerializer.SerializeToUtf8Bytes(notice, GatewayJson.Relaxed.GatewayNotice);

    /// <summary>Decodes a notice; null where its type is unknown or its shape is wrong: those are ignored.</summary>
    public static GatewayNotice? DecodeNotice(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var notice = JsonSerializer.Deserialize(utf8, GatewayJson.Relaxed.GatewayNotice);
            return notice is MessagesFrame frame && frame.Messages.Any(message => message is null) ? null : notice;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static DecodedRequest Refuse(long id, ErrorDetail error) => new(null, new ErrorReply(id, error));

    /// <summary>
    /// Finds <c>type</c> and <c>id</c> at the top level; what was found before the text broke off stays found.
    /// </summary>
    private static void ReadIdentity(ReadOnlySpan<byte> utf8, ref long id, ref string? type)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 64 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A request is an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            {
                id = number;
            }
            else if (isType && reader.TokenType == JsonTokenType.String)
            {
                type = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
