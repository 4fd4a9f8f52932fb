using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>The body of <c>POST /api/negotiate</c>; every field may be missing (PROTOCOL.md section 2).</summary>
/// <param name="Session">A session to go on with.</param>
/// <param name="Avoid">Names of instances not to be sent to.</param>
public sealed record NegotiateRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Session = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Avoid = null);

/// <summary>The answer of <c>POST /api/negotiate</c>.</summary>
/// <param name="Url">Where to open the WebSocket; holds a short-lived token, so never log it.</param>
/// <param name="Protocol">The WebSocket subprotocol.</param>
/// <param name="Session">The session's id, 32 hexadecimal digits; a new one where none was asked for or the old one is
/// gone.</param>
/// <param name="Instance">The instance's name.</param>
/// <param name="Limits">What the gateway accepts.</param>
public sealed record NegotiateAnswer(
    [property: JsonRequired] string Url,
    [property: JsonRequired] string Protocol,
    [property: JsonRequired] string Session,
    [property: JsonRequired] string Instance,
    [property: JsonRequired] ClientLimits Limits);

/// <summary>The limits that a client keeps (PROTOCOL.md section 6).</summary>
/// <param name="MaxPayloadBytes">UTF-8 bytes of one publication's data.</param>
/// <param name="MaxRequestBytes">UTF-8 bytes of one request.</param>
/// <param name="MaxPublicationsPerRequest">Publications in one request.</param>
/// <param name="MaxChannelsPerSession">Channels of one session.</param>
public sealed record ClientLimits(
    int MaxPayloadBytes = ClientLimits.DefaultMaxPayloadBytes,
    int MaxRequestBytes = ClientLimits.DefaultMaxRequestBytes,
    int MaxPublicationsPerRequest = ClientLimits.DefaultMaxPublicationsPerRequest,
    int MaxChannelsPerSession = ClientLimits.DefaultMaxChannelsPerSession)
{
    /// <summary>64 KiB.</summary>
    public const int DefaultMaxPayloadBytes = 64 * 1024;

    /// <summary>192 KiB: what fits, with its envelope, into Service Bus Standard's 256 KiB.</summary>
    public const int HighestMaxPayloadBytes = 192 * 1024;

    /// <summary>
    /// 32 levels of arrays and objects in one payload: the frames around it add some, and JSON parsers on the way stop
    /// at 64.
    /// </summary>
    public const int MaxPayloadDepth = 32;

    /// <summary>512 KiB: half of Web PubSub's largest frame, so that JSON's escapes can not pass it.</summary>
    public const int DefaultMaxRequestBytes = 512 * 1024;

    /// <summary>256.</summary>
    public const int DefaultMaxPublicationsPerRequest = 256;

    /// <summary>128.</summary>
    public const int DefaultMaxChannelsPerSession = 128;
}
