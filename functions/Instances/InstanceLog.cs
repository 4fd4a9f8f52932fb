using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Instances;

/// <summary>Event ids 1480 to 1499.</summary>
internal static partial class InstanceLog
{
    [LoggerMessage(
        1480, LogLevel.Warning, "Instance {Instance} did not take a send: {Status} {Reason}.",
        EventName = "InstanceSendFailed")]
    public static partial void SendFailed(ILogger logger, string instance, int status, string reason);

    [LoggerMessage(
        1481, LogLevel.Warning, "The topic did not take an event of channel {Channel}: {Reason}.",
        EventName = "EventNotSent")]
    public static partial void EventNotSent(ILogger logger, string channel, string reason);
}
