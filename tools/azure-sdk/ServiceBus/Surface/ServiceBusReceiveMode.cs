#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>How a receiver takes messages.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public enum ServiceBusReceiveMode
{
    /// <summary>Messages are locked until they are settled.</summary>
    PeekLock = 0,

    /// <summary>Messages are gone once they are sent to the receiver.</summary>
    ReceiveAndDelete = 1,
}
