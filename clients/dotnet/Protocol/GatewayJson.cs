using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>
/// The one JSON dialect of the protocol: camel case, enums by name, characters beyond ASCII unescaped.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(OutcomeConverter)],
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    MaxDepth = 64)]
[JsonSerializable(typeof(GatewayRequest))]
[JsonSerializable(typeof(GatewayNotice))]
[JsonSerializable(typeof(ErrorDetail))]
[JsonSerializable(typeof(ChannelPage))]
[JsonSerializable(typeof(ChannelHead))]
[JsonSerializable(typeof(NegotiateRequest))]
[JsonSerializable(typeof(NegotiateAnswer))]
[JsonSerializable(typeof(Dictionary<string, string[]>), TypeInfoPropertyName = "CapabilityMap")]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    private static GatewayJson? _relaxed;
    private static GatewayJson? _requests;

    /// <summary>
    /// The context to use: relaxed escaping keeps text at its size; the frames go to JSON parsers, never into HTML.
    /// Made on first use, since static initializers of two partial files have no order; made twice it is the same.
    /// </summary>
    public static GatewayJson Relaxed => _relaxed ??= new GatewayJson(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>
    /// For reading requests: three levels hold an item's payload. A payload that nests deeper than allowed must be
    /// refused here, since the frames and pages that carry it on add levels of their own, and no client could read
    /// them.
    /// </summary>
    public static GatewayJson Requests => _requests ??= new GatewayJson(new JsonSerializerOptions(Relaxed.Options)
    {
        MaxDepth = Protocol.ClientLimits.MaxPayloadDepth + 3,
    });
}

/// <summary>Outcomes in camel case, like all names of the protocol.</summary>
internal sealed class OutcomeConverter() : JsonStringEnumConverter<Outcome>(JsonNamingPolicy.CamelCase);
