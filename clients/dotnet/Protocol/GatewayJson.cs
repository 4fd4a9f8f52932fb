using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>The one JSON dialect of the protocol: camel case, enums by name, characters beyond ASCII unescaped.</summary>
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

    /// <summary>
    /// The context to use: relaxed escaping keeps text at its size; the frames go to JSON parsers, never into HTML. Made on first use,
    /// since static initializers of two partial files have no order; made twice it is the same.
    /// </summary>
    public static GatewayJson Relaxed => _relaxed ??= new GatewayJson(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>Outcomes in camel case, like all names of the protocol.</summary>
internal sealed class OutcomeConverter() : JsonStringEnumConverter<Outcome>(JsonNamingPolicy.CamelCase);
