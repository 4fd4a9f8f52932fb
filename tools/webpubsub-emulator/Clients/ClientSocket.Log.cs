namespace ServerlessGateway.WebPubSubEmulator.Clients;

internal sealed partial class ClientSocket
{
    [LoggerMessage(3101, LogLevel.Debug, "Connection {ConnectionId} was lost: {Error}")]
    private static partial void LogLost(ILogger logger, string connectionId, string error);

    [LoggerMessage(3102, LogLevel.Warning, "Connection {ConnectionId} sent a malformed message: {Error}")]
    private static partial void LogMalformed(ILogger logger, string connectionId, string error);

    [LoggerMessage(3104, LogLevel.Error, "Connection {ConnectionId} could not be read further")]
    private static partial void LogFailed(ILogger logger, Exception exception, string connectionId);
}
