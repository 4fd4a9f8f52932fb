using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// The choice of a subprotocol. The event handler's choice wins and must be one that the client offered; without one the
/// first offered that the service speaks is taken. A client that offers only others is refused, unless its handler
/// chooses one of them: then its frames are plain.
/// </summary>
internal static class Subprotocols
{
    public const string Json = "json.webpubsub.azure.v1";
    public const string ReliableJson = "json.reliable.webpubsub.azure.v1";
    public const string Protobuf = "protobuf.webpubsub.azure.v1";
    public const string ReliableProtobuf = "protobuf.reliable.webpubsub.azure.v1";

    private static readonly string[] Spoken = [Json, ReliableJson, Protobuf, ReliableProtobuf];

    /// <summary>The subprotocol to answer with (null for none), or false when the handshake must be refused.</summary>
    public static bool TryChoose(IList<string> offered, string? handlersChoice, out string? chosen)
    {
        chosen = null;
        if (!string.IsNullOrEmpty(handlersChoice))
        {
            chosen = offered.FirstOrDefault(offer => Same(offer, handlersChoice));
            return chosen is not null && (IsSpoken(chosen) || !IsServices(chosen));
        }

        if (offered.Count == 0) return true;
        chosen = offered.FirstOrDefault(IsSpoken);
        return chosen is not null;
    }

    public static ClientProtocol ProtocolOf(string? subprotocol) => subprotocol switch
    {
        _ when Same(subprotocol, Json) || Same(subprotocol, ReliableJson) => ClientProtocol.Json,
        _ when Same(subprotocol, Protobuf) || Same(subprotocol, ReliableProtobuf) => ClientProtocol.Protobuf,
        _ => ClientProtocol.Plain,
    };

    public static bool IsReliable(string? subprotocol) =>
        Same(subprotocol, ReliableJson) || Same(subprotocol, ReliableProtobuf);

    /// <summary>Why nothing that was offered can be used, for the client's developer.</summary>
    public static string Refusal(IList<string> offered) => offered.FirstOrDefault(IsMqtt) is { } mqtt
        ? $"The subprotocol '{mqtt}' is not supported: this emulator does not speak MQTT."
        : $"None of the subprotocols '{string.Join(", ", offered)}' can be used.";

    private static bool IsSpoken(string name) => Spoken.Any(spoken => Same(name, spoken));

    // Other subprotocols of the service's own would be spoken wrongly as plain frames.
    private static bool IsServices(string name) =>
        IsMqtt(name) || name.EndsWith(".webpubsub.azure.v1", StringComparison.OrdinalIgnoreCase);

    private static bool IsMqtt(string name) => Same(name, "mqtt") || Same(name, "mqttv3.1");

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
