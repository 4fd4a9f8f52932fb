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

    /// <summary>The subprotocol to answer with (null for none), or false when the handshake must be refused.</summary>
    public static bool TryChoose(IList<string> offered, string? handlersChoice, out string? chosen)
    {
        chosen = null;
        if (!string.IsNullOrEmpty(handlersChoice))
        {
            chosen = offered.FirstOrDefault(offer => Same(offer, handlersChoice));
            return chosen is not null && !IsUnsupportedOfAzure(chosen);
        }

        if (offered.Count == 0) return true;
        chosen = offered.FirstOrDefault(offer => Same(offer, Json));
        return chosen is not null;
    }

    public static ClientProtocol ProtocolOf(string? subprotocol) =>
        Same(subprotocol, Json) ? ClientProtocol.Json : ClientProtocol.Plain;

    // Azure's own reliable and protobuf subprotocols would be spoken wrongly as plain frames.
    private static bool IsUnsupportedOfAzure(string name) =>
        !Same(name, Json) && name.EndsWith(".webpubsub.azure.v1", StringComparison.OrdinalIgnoreCase);

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
