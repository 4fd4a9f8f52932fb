using ServerlessGateway.Protocol;

namespace ServerlessGateway.Requests;

/// <summary>What the gateway accepts from clients, and how it answers them. Section <c>Gateway</c>.</summary>
internal sealed class GatewayOptions : IGatewayOptions
{
    public static string SectionName => "Gateway";

    /// <summary>
    /// UTF-8 bytes of one publication's data. Default 65,536; 1 to 196,608, so that one fits a Service Bus message of
    /// 256 KiB.
    /// </summary>
    public int MaxPayloadBytes { get; set; } = ClientLimits.DefaultMaxPayloadBytes;

    /// <summary>
    /// UTF-8 bytes of one request. Default 524,288; at most that, since escapes may double it and a frame ends at 1 MB.
    /// </summary>
    public int MaxRequestBytes { get; set; } = ClientLimits.DefaultMaxRequestBytes;

    /// <summary>Publications in one request. Default 256; 1 to 1,000, the most that one envelope holds.</summary>
    public int MaxPublicationsPerRequest { get; set; } = ClientLimits.DefaultMaxPublicationsPerRequest;

    /// <summary>
    /// Channels of one session. Default 128; 1 to 200: with their positions they must fit into one property of the
    /// session's row.
    /// </summary>
    public int MaxChannelsPerSession { get; set; } = ClientLimits.DefaultMaxChannelsPerSession;

    /// <summary>Bytes of the messages in one page of a channel. Default 262,144; 16 KiB to 512 KiB.</summary>
    public int MaxPageBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Bytes of the messages in one answer, all channels together. Default 819,200: an answer travels as one frame of
    /// at most 1 MB.
    /// </summary>
    public int MaxAnswerBytes { get; set; } = 800 * 1024;

    /// <summary>
    /// When a request other than publish is given up and answered as temporarily failed. Default 25 s; 1 to 80 s: the
    /// platform itself gives up after 100 s and then closes the connection.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// Origins of browsers that may call <c>api/negotiate</c>; <c>*</c> for all. Default none: pages of other origins
    /// are refused.
    /// </summary>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Whether the Web PubSub trigger's own route answers. Default false: on Flex Consumption that route is not there,
    /// and the extension can not check its caller where access keys are turned off.
    /// </summary>
    public bool TriggerEdge { get; set; }

    /// <summary>The limits as negotiate tells them to clients.</summary>
    public ClientLimits ClientLimits =>
        new(MaxPayloadBytes, MaxRequestBytes, MaxPublicationsPerRequest, MaxChannelsPerSession);

    public void Validate(OptionsReport report)
    {
        report.Range(nameof(MaxPayloadBytes), MaxPayloadBytes, 1, ClientLimits.HighestMaxPayloadBytes);
        report.Range(nameof(MaxRequestBytes), MaxRequestBytes, 1024, ClientLimits.DefaultMaxRequestBytes);
        report.Range(nameof(MaxPublicationsPerRequest), MaxPublicationsPerRequest, 1, Envelope.MaxPublications);
        report.Range(nameof(MaxChannelsPerSession), MaxChannelsPerSession, 1, 200);
        report.Range(nameof(MaxPageBytes), MaxPageBytes, 16 * 1024, 512 * 1024);
        report.Range(nameof(MaxAnswerBytes), MaxAnswerBytes, 16 * 1024, 800 * 1024);
        report.Range(nameof(RequestTimeout), RequestTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(80));
        report.Require(MaxPayloadBytes <= MaxRequestBytes, nameof(MaxRequestBytes), MaxRequestBytes.ToString(
            System.Globalization.CultureInfo.InvariantCulture), $"at least {SectionName}:{nameof(MaxPayloadBytes)}, {MaxPayloadBytes}");
        report.Require(AllowedOrigins.All(IsOrigin), nameof(AllowedOrigins), string.Join(", ", AllowedOrigins),
            "'*', or origins such as https://app.example.com without a path");
    }

    private static bool IsOrigin(string origin) => origin == "*"
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/"
            && !origin.EndsWith('/'));
}
