#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>How a processor works.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusProcessorOptions
{
    /// <summary>Whether a message is completed when its handler returns without settling it.</summary>
    /// <value>True by default.</value>
    public bool AutoCompleteMessages { get; set; } = true;

    /// <summary>Whether messages are locked or gone when received.</summary>
    public ServiceBusReceiveMode ReceiveMode { get; set; }

    /// <summary>How many messages wait at the client before they are asked for.</summary>
    /// <value>0 by default.</value>
    public int PrefetchCount
    {
        get;
        set => field = Check.NotNegative(value, nameof(PrefetchCount));
    }

    /// <summary>How long locks are renewed by the processor.</summary>
    /// <value>5 minutes by default; zero turns renewal off, infinite never ends it.</value>
    public TimeSpan MaxAutoLockRenewalDuration
    {
        get;
        set => field = value == Timeout.InfiniteTimeSpan
            ? value
            : Check.NotNegative(value, nameof(MaxAutoLockRenewalDuration));
    } = TimeSpan.FromMinutes(5);

    /// <summary>How many handlers run side by side.</summary>
    /// <value>1 by default.</value>
    public int MaxConcurrentCalls
    {
        get;
        set => field = Check.AtLeastOne(value, nameof(MaxConcurrentCalls));
    } = 1;

    /// <summary>The queue below the entity to receive from.</summary>
    public SubQueue SubQueue { get; set; }

    /// <summary>The name of this receiver in logs.</summary>
    public string Identifier { get; set; }
}
