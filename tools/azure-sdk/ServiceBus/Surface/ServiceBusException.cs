#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>An operation of Service Bus failed.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusException : Exception
{
    /// <summary>Makes an exception that says nothing.</summary>
    public ServiceBusException()
    {
    }

    /// <summary>Makes an exception, saying whether a retry can help.</summary>
    public ServiceBusException(
        bool isTransient,
        string message,
        string entityName = null,
        ServiceBusFailureReason reason = ServiceBusFailureReason.GeneralError,
        Exception innerException = null)
        : base(message, innerException)
    {
        IsTransient = isTransient;
        EntityPath = entityName;
        Reason = reason;
    }

    /// <summary>Makes an exception whose reason says whether a retry can help.</summary>
    public ServiceBusException(
        string message,
        ServiceBusFailureReason reason,
        string entityPath = null,
        Exception innerException = null)
        : this(
            reason is ServiceBusFailureReason.ServiceCommunicationProblem
                or ServiceBusFailureReason.ServiceTimeout
                or ServiceBusFailureReason.ServiceBusy,
            message,
            entityPath,
            reason,
            innerException)
    {
    }

    /// <summary>The entity that was used.</summary>
    public string EntityPath { get; }

    /// <summary>Whether a retry can help.</summary>
    public bool IsTransient { get; }

    /// <summary>Why it failed.</summary>
    public ServiceBusFailureReason Reason { get; }

    /// <inheritdoc/>
    public override string Message => string.IsNullOrEmpty(EntityPath)
        ? $"{base.Message} ({Reason})"
        : $"{base.Message} ({Reason} - {EntityPath})";

    /// <summary>The step of a processor that failed, where it is not the one that caught this.</summary>
    internal ServiceBusErrorSource? ProcessorErrorSource { get; set; }
}
