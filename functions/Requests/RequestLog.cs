using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Requests;

/// <summary>Event ids 1500 to 1599.</summary>
internal static partial class RequestLog
{
    [LoggerMessage(1500, LogLevel.Error, "A request of connection {Connection} failed unexpectedly.", EventName = "RequestFailed")]
    public static partial void RequestFailed(ILogger logger, string connection, Exception exception);

    [LoggerMessage(1501, LogLevel.Warning, "A request of connection {Connection} found the store unavailable.", EventName = "RequestStoreUnavailable")]
    public static partial void StoreUnavailable(ILogger logger, string connection, Exception exception);

    [LoggerMessage(1502, LogLevel.Error, "Publishing failed unexpectedly; the client was told to repeat.", EventName = "PublishFailed")]
    public static partial void PublishFailed(ILogger logger, Exception exception);

    [LoggerMessage(1503, LogLevel.Warning, "Instance {Instance} did not change a connection's groups: {Status} {Reason}.", EventName = "GroupsNotChanged")]
    public static partial void GroupsNotChanged(ILogger logger, string instance, int status, string reason);
}
