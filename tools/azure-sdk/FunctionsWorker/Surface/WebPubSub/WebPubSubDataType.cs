#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a message consists of.</summary>
[JsonConverter(typeof(JsonStringEnumConverter))]
public enum WebPubSubDataType
{
    /// <summary>application/octet-stream.</summary>
    Binary = 0,

    /// <summary>application/json.</summary>
    Json = 1,

    /// <summary>text/plain.</summary>
    Text = 2,
}
