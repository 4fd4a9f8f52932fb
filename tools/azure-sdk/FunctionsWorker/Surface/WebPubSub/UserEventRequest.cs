#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A client sent a message, and its next one waits for the answer.</summary>
public sealed class UserEventRequest : WebPubSubEventRequest
{
    /// <summary>What was sent.</summary>
    [JsonPropertyName("data")]
    public BinaryData Data { get; set; }

    /// <summary>What it consists of.</summary>
    [JsonPropertyName("dataType")]
    public WebPubSubDataType DataType { get; set; }

    /// <summary>Answers with bytes.</summary>
    public static UserEventResponse CreateResponse(BinaryData data, WebPubSubDataType dataType) => new(data, dataType);

    /// <summary>Answers with text.</summary>
    public static UserEventResponse CreateResponse(string data, WebPubSubDataType dataType = WebPubSubDataType.Text) =>
        new(data, dataType);

    /// <summary>Refuses the message, which closes the connection.</summary>
    public static EventErrorResponse CreateErrorResponse(WebPubSubErrorCode code, string message) => new(code, message);
}
