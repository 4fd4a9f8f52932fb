#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A client asks to connect, and waits for the answer.</summary>
public sealed class ConnectEventRequest : WebPubSubEventRequest
{
    /// <summary>The claims of the client's token.</summary>
    [JsonPropertyName("claims")]
    public IReadOnlyDictionary<string, string[]> Claims { get; set; }

    /// <summary>The query of the client's URL.</summary>
    [JsonPropertyName("query")]
    public IReadOnlyDictionary<string, string[]> Query { get; set; }

    /// <summary>The headers of the client's request.</summary>
    [JsonPropertyName("headers")]
    public IReadOnlyDictionary<string, string[]> Headers { get; set; }

    /// <summary>The subprotocols that the client offers.</summary>
    [JsonPropertyName("subprotocols")]
    public IReadOnlyList<string> Subprotocols { get; set; }

    /// <summary>The certificates that the client presented.</summary>
    [JsonPropertyName("clientCertificates")]
    public IReadOnlyList<WebPubSubClientCertificate> ClientCertificates { get; set; }

    /// <summary>Accepts the connection.</summary>
    public static ConnectEventResponse CreateResponse(
        string userId, IEnumerable<string> groups, string subprotocol, IEnumerable<string> roles) =>
        new(userId, groups, subprotocol, roles);

    /// <summary>Refuses the connection.</summary>
    public static EventErrorResponse CreateErrorResponse(WebPubSubErrorCode code, string message) => new(code, message);
}
