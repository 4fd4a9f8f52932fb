#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The connection that an event belongs to.</summary>
public sealed class WebPubSubConnectionContext
{
    /// <summary>The type of the event.</summary>
    [JsonPropertyName("eventType")]
    public WebPubSubEventType EventType { get; set; }

    /// <summary>The name of the event.</summary>
    [JsonPropertyName("eventName")]
    public string EventName { get; set; }

    /// <summary>The hub's name.</summary>
    [JsonPropertyName("hub")]
    public string Hub { get; set; }

    /// <summary>The connection's id.</summary>
    [JsonPropertyName("connectionId")]
    public string ConnectionId { get; set; }

    /// <summary>The user's id; null for an anonymous connection.</summary>
    [JsonPropertyName("userId")]
    public string UserId { get; set; }

    /// <summary>The signature of the connection's id, by each of the service's keys.</summary>
    [JsonPropertyName("signature")]
    public string Signature { get; set; }

    /// <summary>The host name of the calling service.</summary>
    [JsonPropertyName("origin")]
    public string Origin { get; set; }

    /// <summary>The states that earlier answers gave to the connection.</summary>
    [JsonPropertyName("states")]
    public IReadOnlyDictionary<string, BinaryData> ConnectionStates { get; set; }

    /// <summary>The headers of the request.</summary>
    [JsonPropertyName("headers")]
    public IReadOnlyDictionary<string, string[]> Headers { get; set; }
}
