#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>Where a message stands in its entity.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public enum ServiceBusMessageState
{
    /// <summary>Ready to be received.</summary>
    Active = 0,

    /// <summary>Set aside; only its sequence number reaches it.</summary>
    Deferred = 1,

    /// <summary>Not yet due.</summary>
    Scheduled = 2,
}
