#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>The limits of a batch.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class CreateMessageBatchOptions
{
    /// <summary>The most bytes that the batch may have.</summary>
    /// <value>What the entity allows when not set.</value>
    public long? MaxSizeInBytes { get; set; }
}
