#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A connection is gone. Best effort: it can be late, doubled or missing.</summary>
public sealed class DisconnectedEventRequest : WebPubSubEventRequest
{
    /// <summary>Why it is gone.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; set; }
}
