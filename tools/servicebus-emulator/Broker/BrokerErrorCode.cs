namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Why the broker refused or ended something. Each code has exactly one AMQP error symbol.</summary>
public enum BrokerErrorCode
{
    /// <summary>Nothing came within the time the caller was willing to wait.</summary>
    Timeout,

    /// <summary>The message's lock has expired, was settled, or was never given out.</summary>
    MessageLockLost,

    /// <summary>The session's lock has expired or was released.</summary>
    SessionLockLost,

    /// <summary>Somebody else holds the session.</summary>
    SessionCannotBeLocked,

    /// <summary>The broker has as much unwritten work as it may hold; the caller should wait and retry.</summary>
    ServerBusy,

    /// <summary>An argument is malformed or missing.</summary>
    ArgumentError,

    /// <summary>An argument lies outside its permitted range.</summary>
    ArgumentOutOfRange,

    /// <summary>No message has the sequence number asked for, in the state asked for.</summary>
    MessageNotFound,

    /// <summary>The entity does not exist.</summary>
    NotFound,

    /// <summary>An entity of that name, or a rule, is there already.</summary>
    AlreadyExists,

    /// <summary>The entity does not allow the operation (e.g. no session id where sessions are required).</summary>
    NotAllowed,

    /// <summary>The entity has reached its size quota.</summary>
    QuotaExceeded,

    /// <summary>The message is larger than the entity accepts.</summary>
    MessageSizeExceeded,

    /// <summary>The caller cancelled, or the broker is stopping.</summary>
    OperationCancelled,

    /// <summary>The broker itself failed (its journal cannot be written); nothing is accepted any more.</summary>
    InternalError,
}
