#nullable disable // As in the official package, which says nothing about null here.

using System.Text.Json.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Refuses an event.</summary>
public class EventErrorResponse : WebPubSubEventResponse
{
    /// <summary>Refuses with <see cref="WebPubSubErrorCode.ServerError"/>, unless a code is set.</summary>
    public EventErrorResponse()
    {
    }

    /// <summary>Refuses with a code and a message for the client.</summary>
    public EventErrorResponse(WebPubSubErrorCode code, string message = null)
    {
        Code = code;
        ErrorMessage = message;
    }

    /// <summary>Why the event is refused: 401, 400 or 500.</summary>
    [JsonPropertyName("code")]
    public WebPubSubErrorCode Code { get; set; } = WebPubSubErrorCode.ServerError;

    /// <summary>What the client is told.</summary>
    [JsonPropertyName("errorMessage")]
    public string ErrorMessage { get; set; }
}
