#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>The step of a processor that failed.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public enum ServiceBusErrorSource
{
    /// <summary>Completing a message after its handler returned.</summary>
    Complete = 0,

    /// <summary>Abandoning a message after its handler failed.</summary>
    Abandon = 1,

    /// <summary>The handler of the application.</summary>
    ProcessMessageCallback = 2,

    /// <summary>Receiving messages.</summary>
    Receive = 3,

    /// <summary>Renewing the lock of a message or session.</summary>
    RenewLock = 4,

    /// <summary>Accepting a session.</summary>
    AcceptSession = 5,

    /// <summary>Closing a session.</summary>
    CloseSession = 6,
}
