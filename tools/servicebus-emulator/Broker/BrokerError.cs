namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>An expected refusal: returned, never thrown.</summary>
/// <param name="Code">The closed set of reasons.</param>
/// <param name="Description">What failed, the offending value and the limit, in one sentence.</param>
public sealed record BrokerError(BrokerErrorCode Code, string Description)
{
    /// <summary>The AMQP error condition that stands for <see cref="Code"/> on the wire.</summary>
    public string Symbol => Code switch
    {
        BrokerErrorCode.Timeout => "com.microsoft:timeout",
        BrokerErrorCode.MessageLockLost => "com.microsoft:message-lock-lost",
        BrokerErrorCode.SessionLockLost => "com.microsoft:session-lock-lost",
        BrokerErrorCode.SessionCannotBeLocked => "com.microsoft:session-cannot-be-locked",
        BrokerErrorCode.ServerBusy => "com.microsoft:server-busy",
        BrokerErrorCode.ArgumentError => "com.microsoft:argument-error",
        BrokerErrorCode.ArgumentOutOfRange => "com.microsoft:argument-out-of-range",
        BrokerErrorCode.MessageNotFound => "com.microsoft:message-not-found",
        BrokerErrorCode.NotFound => "amqp:not-found",
        BrokerErrorCode.AlreadyExists => "com.microsoft:entity-already-exists",
        BrokerErrorCode.NotAllowed => "amqp:not-allowed",
        BrokerErrorCode.QuotaExceeded => "amqp:resource-limit-exceeded",
        BrokerErrorCode.MessageSizeExceeded => "amqp:link:message-size-exceeded",
        BrokerErrorCode.OperationCancelled => "com.microsoft:operation-cancelled",
        BrokerErrorCode.InternalError => "amqp:internal-error",
        _ => throw new InvalidOperationException($"The error code {Code} has no symbol."),
    };
}
