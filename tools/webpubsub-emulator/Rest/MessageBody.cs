using System.Text;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>The message of a send: its type by the content type, its bytes checked against it, metadata from headers.</summary>
internal static class MessageBody
{
    public static async ValueTask<MessageData> ReadAsync(RestCall call)
    {
        var ttl = call.Number("messageTtlSeconds", 0, MessageData.MaxTtlSeconds);
        var (type, encoding) = TypeOf(call.Context.Request);
        var bytes = await call.ReadBodyAsync();
        if (encoding is not null) bytes = Encoding.Convert(encoding, Encoding.UTF8, bytes);
        if (type == MessageDataType.Json && !JsonText.IsValid(bytes)) throw RestException.Bad("The body is not valid JSON.");
        if (type == MessageDataType.Text && !Utf8.IsValid(bytes)) throw RestException.Bad("The body is not valid UTF-8.");
        return new MessageData(type, bytes, Metadata(call.Context.Request)) { TtlSeconds = ttl };
    }

    // A body without content type is bytes. Text may come in another encoding, and goes on in UTF-8.
    private static (MessageDataType Type, Encoding? Encoding) TypeOf(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType)) return (MessageDataType.Binary, null);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var media)) throw Unsupported(request.ContentType);
        return media.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/octet-stream" => (MessageDataType.Binary, null),
            "text/plain" => (MessageDataType.Text, EncodingOf(media)),
            "application/json" => (MessageDataType.Json, EncodingOf(media)),
            _ => throw Unsupported(request.ContentType),
        };
    }

    private static Encoding? EncodingOf(MediaTypeHeaderValue media) =>
        TextCharset.TryRead(media.Charset.Value, out var encoding) ? encoding : throw Unsupported(media.ToString());

    private static RestException Unsupported(string contentType) => new(
        StatusCodes.Status415UnsupportedMediaType,
        "UnsupportedMediaType",
        $"'{contentType}' is not text/plain, application/json or application/octet-stream.",
        "content-type");

    // Of a header that comes more than once the last counts, as in the service.
    private static IReadOnlyDictionary<string, string>? Metadata(HttpRequest request)
    {
        var headers = request.Headers
            .Where(header => header.Key.StartsWith(MessageMetadata.HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            .Select(header => KeyValuePair.Create(
                header.Key[MessageMetadata.HeaderPrefix.Length..].ToLowerInvariant(), header.Value[^1] ?? ""));
        try
        {
            return MessageMetadata.Check(headers);
        }
        catch (FormatException exception)
        {
            throw RestException.Bad(exception.Message);
        }
    }
}
