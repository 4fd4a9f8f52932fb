#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The two kinds of events of a connection.</summary>
[JsonConverter(typeof(JsonStringEnumConverter))]
public enum WebPubSubEventType
{
    /// <summary>connect, connected and disconnected.</summary>
    System = 0,

    /// <summary>What clients send.</summary>
    User = 1,
}
