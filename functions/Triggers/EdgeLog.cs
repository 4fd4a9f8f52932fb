using Microsoft.Extensions.Logging;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Triggers;

/// <summary>Event ids 1600 to 1699.</summary>
internal static partial class EdgeLog
{
    /// <summary>What is answered to a fault that was logged.</summary>
    public static ErrorDetail Internal { get; } = ErrorDetail.Of(ErrorCodes.Internal, "An unexpected fault; it was logged.");

    [LoggerMessage(1600, LogLevel.Error, "{Function} failed unexpectedly.", EventName = "EdgeFailed")]
    public static partial void Failed(ILogger logger, string function, Exception exception);
}
