using System.Text.Json;

namespace ServerlessGateway.Protocol;

/// <summary>Writes and reads the bodies of <c>POST /api/negotiate</c> and of every error answered over HTTP.</summary>
public static class NegotiationCodec
{
    /// <summary>Codes have thousands, which are their verdict.</summary>
    private const int LowestCode = 1000;

    /// <summary>Encodes a request as UTF-8 JSON.</summary>
    public static byte[] Encode(NegotiateRequest request) =>
        JsonSerializer.SerializeToUtf8Bytes(request, GatewayJson.Relaxed.NegotiateRequest);

    /// <summary>Encodes an answer as UTF-8 JSON.</summary>
    public static byte[] Encode(NegotiateAnswer answer) =>
        JsonSerializer.SerializeToUtf8Bytes(answer, GatewayJson.Relaxed.NegotiateAnswer);

    /// <summary>Encodes an error as UTF-8 JSON.</summary>
    public static byte[] Encode(ErrorDetail error) =>
        JsonSerializer.SerializeToUtf8Bytes(error, GatewayJson.Relaxed.ErrorDetail);

    /// <summary>Decodes a request; an empty body asks for everything new. Null where it is not one.</summary>
    public static NegotiateRequest? DecodeRequest(ReadOnlySpan<byte> utf8) => utf8.IsEmpty
        ? new NegotiateRequest()
        : Read(utf8, static bytes => JsonSerializer.Deserialize(bytes, GatewayJson.Relaxed.NegotiateRequest));

    /// <summary>Decodes an answer; null where it is not one.</summary>
    public static NegotiateAnswer? DecodeAnswer(ReadOnlySpan<byte> utf8) =>
        Read(utf8, static bytes => JsonSerializer.Deserialize(bytes, GatewayJson.Relaxed.NegotiateAnswer));

    /// <summary>
    /// Decodes an error; null where it is not one of the gateway's. What stands in between may answer in a similar shape,
    /// <c>{"code":503,…}</c>: taken for a code of ours, its number would say stop.
    /// </summary>
    public static ErrorDetail? DecodeError(ReadOnlySpan<byte> utf8) =>
        Read(
            utf8,
            static bytes => JsonSerializer.Deserialize(bytes, GatewayJson.Relaxed.ErrorDetail)) is { Code: >= LowestCode } error
            ? error
            : null;

    private static T? Read<T>(ReadOnlySpan<byte> utf8, Reader<T> read)
        where T : class
    {
        try
        {
            return read(utf8);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private delegate T? Reader<T>(ReadOnlySpan<byte> utf8);
}
