#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>Why an operation failed.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public enum ServiceBusFailureReason
{
    /// <summary>None of the others.</summary>
    GeneralError = 0,

    /// <summary>The queue, topic or subscription does not exist.</summary>
    MessagingEntityNotFound = 1,

    /// <summary>The lock of the message ended before it was settled.</summary>
    MessageLockLost = 2,

    /// <summary>No message has that sequence number.</summary>
    MessageNotFound = 3,

    /// <summary>The message is larger than the entity takes.</summary>
    MessageSizeExceeded = 4,

    /// <summary>The entity is disabled.</summary>
    MessagingEntityDisabled = 5,

    /// <summary>The entity is full, or too many use it.</summary>
    QuotaExceeded = 6,

    /// <summary>The namespace throttles its callers.</summary>
    ServiceBusy = 7,

    /// <summary>No answer came in time: the outcome is unknown.</summary>
    ServiceTimeout = 8,

    /// <summary>The connection failed.</summary>
    ServiceCommunicationProblem = 9,

    /// <summary>The session belongs to another receiver.</summary>
    SessionCannotBeLocked = 10,

    /// <summary>The lock of the session ended.</summary>
    SessionLockLost = 11,

    /// <summary>The entity exists already.</summary>
    MessagingEntityAlreadyExists = 12,
}
