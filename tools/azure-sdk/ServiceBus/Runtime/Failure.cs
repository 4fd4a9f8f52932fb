using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>
/// What the official package throws for what the broker says.
/// Source: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/src/Amqp/AmqpExceptionHelper.cs
/// </summary>
internal static class Failure
{
    /// <summary>Translates; <paramref name="cancellationToken"/> is the caller's, so that its cancel stays a cancel.</summary>
    public static Exception From(Exception exception, string entityPath, CancellationToken cancellationToken) => exception switch
    {
        ServiceBusException or ObjectDisposedException or ArgumentException => exception,
        OperationCanceledException when cancellationToken.IsCancellationRequested =>
            new TaskCanceledException(exception.Message, exception, cancellationToken),
        OperationCanceledException => new ServiceBusException(
            "The operation did not complete within the allocated time.",
            ServiceBusFailureReason.ServiceTimeout,
            entityPath,
            exception),
        AmqpFault fault => FromCondition(fault, entityPath),
        IOException or SocketException => Lost(exception, entityPath),
        _ => exception,
    };

    private static Exception FromCondition(AmqpFault fault, string entityPath) => fault.Condition switch
    {
        Condition.UnauthorizedAccess or Condition.AuthorizationFailed =>
            new UnauthorizedAccessException(fault.Message, fault),
        Condition.ArgumentError => new ArgumentException(fault.Message, fault),
        Condition.ArgumentOutOfRange => new ArgumentOutOfRangeException(fault.Message, fault),
        Condition.NotAllowed => new InvalidOperationException(fault.Message, fault),
        Condition.NotImplemented => new NotSupportedException(fault.Message, fault),
        AmqpFault.ConnectionLost or Condition.ConnectionForced or AmqpFault.ClosedHere => Lost(fault, entityPath),
        var condition => ReasonOf(condition) is { } reason
            ? new ServiceBusException(fault.Message, reason, entityPath, fault)
            : new ServiceBusException(true, fault.Message, entityPath, innerException: fault),
    };

    private static ServiceBusFailureReason? ReasonOf(string condition) => condition switch
    {
        Condition.Timeout => ServiceBusFailureReason.ServiceTimeout,
        Condition.NotFound => ServiceBusFailureReason.MessagingEntityNotFound,
        Condition.MessageLockLost => ServiceBusFailureReason.MessageLockLost,
        Condition.SessionLockLost => ServiceBusFailureReason.SessionLockLost,
        Condition.SessionCannotBeLocked => ServiceBusFailureReason.SessionCannotBeLocked,
        Condition.MessageNotFound => ServiceBusFailureReason.MessageNotFound,
        Condition.MessageSizeExceeded => ServiceBusFailureReason.MessageSizeExceeded,
        Condition.EntityDisabled => ServiceBusFailureReason.MessagingEntityDisabled,
        Condition.EntityAlreadyExists => ServiceBusFailureReason.MessagingEntityAlreadyExists,
        Condition.ResourceLimitExceeded => ServiceBusFailureReason.QuotaExceeded,
        Condition.ServerBusy => ServiceBusFailureReason.ServiceBusy,
        Condition.OperationCancelled => ServiceBusFailureReason.ServiceCommunicationProblem,
        _ => null,
    };

    private static ServiceBusException Lost(Exception exception, string entityPath) =>
        new(exception.Message, ServiceBusFailureReason.ServiceCommunicationProblem, entityPath, exception);
}

/// <summary>The error conditions of AMQP and of Service Bus.</summary>
internal static class Condition
{
    public const string NotFound = "amqp:not-found";
    public const string UnauthorizedAccess = "amqp:unauthorized-access";
    public const string NotAllowed = "amqp:not-allowed";
    public const string NotImplemented = "amqp:not-implemented";
    public const string ResourceLimitExceeded = "amqp:resource-limit-exceeded";
    public const string ConnectionForced = "amqp:connection:forced";
    public const string MessageSizeExceeded = "amqp:link:message-size-exceeded";
    public const string Timeout = "com.microsoft:timeout";
    public const string MessageLockLost = "com.microsoft:message-lock-lost";
    public const string SessionLockLost = "com.microsoft:session-lock-lost";
    public const string SessionCannotBeLocked = "com.microsoft:session-cannot-be-locked";
    public const string MessageNotFound = "com.microsoft:message-not-found";
    public const string ServerBusy = "com.microsoft:server-busy";
    public const string EntityDisabled = "com.microsoft:entity-disabled";
    public const string EntityAlreadyExists = "com.microsoft:entity-already-exists";
    public const string ArgumentError = "com.microsoft:argument-error";
    public const string ArgumentOutOfRange = "com.microsoft:argument-out-of-range";
    public const string AuthorizationFailed = "com.microsoft:auth-failed";
    public const string OperationCancelled = "com.microsoft:operation-cancelled";
}
