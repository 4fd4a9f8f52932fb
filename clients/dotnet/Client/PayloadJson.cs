using System.Text.Json;
using System.Text.Unicode;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// Checks that bytes are one JSON value before they leave, since a request with anything else would be refused as a
/// whole.
/// </summary>
internal static class PayloadJson
{
    private const string WhiteSpace = " \t\r\n";

    /// <summary>The value without the white space around it.</summary>
    /// <exception cref="GatewayException">4001: not UTF-8, not one JSON value, or nested too deeply.</exception>
    public static RawJson Parse(ReadOnlyMemory<byte> utf8)
    {
        var value = Trim(utf8);
        var reader = new Utf8JsonReader(value.Span, new JsonReaderOptions { MaxDepth = ClientLimits.MaxPayloadDepth });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            throw new GatewayException(
                ErrorDetail.Of(
                    ErrorCodes.MalformedRequest, $"The payload is no JSON value: {exception.Message}",
                    limit: ClientLimits.MaxPayloadDepth),
                exception);
        }

        return Utf8.IsValid(value.Span)
            ? new RawJson(value)
            : throw new GatewayException(ErrorDetail.Of(ErrorCodes.MalformedRequest, "The payload is not UTF-8."));
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> utf8)
    {
        while (utf8.Length > 0 && WhiteSpace.Contains((char)utf8.Span[0], StringComparison.Ordinal))
        {
            utf8 = utf8[1..];
        }

        while (utf8.Length > 0 && WhiteSpace.Contains((char)utf8.Span[^1], StringComparison.Ordinal))
        {
            utf8 = utf8[..^1];
        }

        return utf8;
    }
}
