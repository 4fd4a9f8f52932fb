#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>What failed in a processor.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public sealed class ProcessErrorEventArgs : EventArgs
{
    internal ProcessErrorEventArgs(
        Exception exception,
        ServiceBusErrorSource errorSource,
        string fullyQualifiedNamespace,
        string entityPath)
    {
        Exception = exception;
        ErrorSource = errorSource;
        FullyQualifiedNamespace = fullyQualifiedNamespace;
        EntityPath = entityPath;
    }

    /// <summary>The entity.</summary>
    public string EntityPath { get; }

    /// <summary>The step that failed.</summary>
    public ServiceBusErrorSource ErrorSource { get; }

    /// <summary>The failure.</summary>
    public Exception Exception { get; }

    /// <summary>The namespace.</summary>
    public string FullyQualifiedNamespace { get; }

}
