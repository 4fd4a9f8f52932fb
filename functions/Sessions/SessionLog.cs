using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Sessions;

/// <summary>Event ids 1400 to 1479.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(1400, LogLevel.Information, "Connection {Connection} was refused: {Code}.", EventName = "ConnectRefused")]
    public static partial void ConnectRefused(ILogger logger, string connection, string code);

    [LoggerMessage(1401, LogLevel.Warning, "The session store did not answer during {Event}.", EventName = "SessionStoreUnavailable")]
    public static partial void StoreUnavailable(ILogger logger, string @event, Exception exception);

    [LoggerMessage(1402, LogLevel.Warning, "A session's row is of a format that this process does not read.", EventName = "SessionRowUnreadable")]
    public static partial void RowUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(1403, LogLevel.Error, "Negotiate failed.", EventName = "NegotiateFailed")]
    public static partial void NegotiateFailed(ILogger logger, Exception exception);

    [LoggerMessage(1404, LogLevel.Warning, "Negotiate found no open instance.", EventName = "NoInstanceOpen")]
    public static partial void NoInstanceOpen(ILogger logger);
}
