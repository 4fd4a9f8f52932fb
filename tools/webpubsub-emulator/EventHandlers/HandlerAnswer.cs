using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>What a handler answered, or why there is no answer.</summary>
internal abstract record HandlerAnswer
{
    /// <summary>An answer with a status of any kind.</summary>
    public sealed record Answered(
        int StatusCode, MessageData? Message, string? State, IReadOnlyDictionary<string, string>? Metadata) : HandlerAnswer
    {
        public bool IsSuccess => StatusCode is >= 200 and < 300;
    }

    /// <summary>No usable answer within the attempts and the time that there are.</summary>
    public sealed record Failed(string Reason) : HandlerAnswer;
}
