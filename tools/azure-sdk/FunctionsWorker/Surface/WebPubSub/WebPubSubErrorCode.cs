#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Why an event was refused.</summary>
[JsonConverter(typeof(JsonStringEnumConverter))]
public enum WebPubSubErrorCode
{
    /// <summary>Answered with 401.</summary>
    Unauthorized = 0,

    /// <summary>Answered with 400.</summary>
    UserError = 1,

    /// <summary>Answered with 500.</summary>
    ServerError = 2,
}
