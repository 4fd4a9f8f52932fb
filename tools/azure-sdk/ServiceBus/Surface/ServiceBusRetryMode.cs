#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>How the delay between attempts grows.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public enum ServiceBusRetryMode
{
    /// <summary>It does not.</summary>
    Fixed = 0,

    /// <summary>It doubles.</summary>
    Exponential = 1,
}
