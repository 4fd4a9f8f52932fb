using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Channels.Reading;

/// <summary>Event ids 1200 to 1299.</summary>
internal static partial class ReadingLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Channel {Channel} could not be read.", EventName = "ReadFailed")]
    public static partial void ReadFailed(ILogger logger, string channel, Exception exception);

    [LoggerMessage(1201, LogLevel.Warning, "The log of channel {Channel} lacks a segment that its head retains.", EventName = "PageNotFound")]
    public static partial void PageNotFound(ILogger logger, string channel);
}
