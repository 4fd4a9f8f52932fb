#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>How a receiver of a session takes messages.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusSessionReceiverOptions
{
    /// <summary>Whether messages are locked or gone when received.</summary>
    public ServiceBusReceiveMode ReceiveMode { get; set; }

    /// <summary>How many messages wait at the client before they are asked for.</summary>
    /// <value>0 by default.</value>
    public int PrefetchCount
    {
        get;
        set => field = Check.NotNegative(value, nameof(PrefetchCount));
    }

    /// <summary>The name of this receiver in logs.</summary>
    public string Identifier { get; set; }
}
