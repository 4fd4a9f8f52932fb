#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>What a client and everything created from it share.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusClientOptions
{
    /// <summary>How operations are retried.</summary>
    public ServiceBusRetryOptions RetryOptions { get; set; } = new();

    /// <summary>The name of this client in logs.</summary>
    /// <value>Made by the client when not set.</value>
    public string Identifier { get; set; }
}
