#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>An event of a connection.</summary>
public abstract class WebPubSubEventRequest
{
    /// <summary>The connection that the event belongs to.</summary>
    [JsonPropertyName("connectionContext")]
    public WebPubSubConnectionContext ConnectionContext { get; set; }
}
