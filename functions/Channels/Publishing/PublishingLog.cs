using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>Event ids 1100 to 1199.</summary>
internal static partial class PublishingLog
{
    [LoggerMessage(1100, LogLevel.Error, "An envelope of shard {Shard} was not sent; its publishers were told to repeat it.", EventName = "SendFailed")]
    public static partial void SendFailed(ILogger logger, int shard, Exception exception);

    [LoggerMessage(1101, LogLevel.Warning, "Service Bus did not take an envelope of session {Session}: {Reason}.", EventName = "SendNotTaken")]
    public static partial void SendNotTaken(ILogger logger, string session, string reason);
}
