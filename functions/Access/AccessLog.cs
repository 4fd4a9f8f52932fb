using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Access;

/// <summary>Event ids 1300 to 1399.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(1300, LogLevel.Warning, "A callback in the name of instance {Instance} was refused: {Reason}.", EventName = "CallbackForbidden")]
    public static partial void CallbackForbidden(ILogger logger, string instance, string reason);
}
