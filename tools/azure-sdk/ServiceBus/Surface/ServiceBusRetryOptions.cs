#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>How often and how patiently an operation is tried.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusRetryOptions
{
    /// <summary>How the delay grows.</summary>
    /// <value>Exponential by default.</value>
    public ServiceBusRetryMode Mode { get; set; } = ServiceBusRetryMode.Exponential;

    /// <summary>How many attempts follow the first.</summary>
    /// <value>3 by default; 0 to 100.</value>
    public int MaxRetries
    {
        get;
        set => field = Check.Range(value, 0, 100, nameof(MaxRetries));
    } = 3;

    /// <summary>The delay before the second attempt.</summary>
    /// <value>0.8 seconds by default; 1 millisecond to 5 minutes.</value>
    public TimeSpan Delay
    {
        get;
        set => field = Check.Range(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5), nameof(Delay));
    } = TimeSpan.FromSeconds(0.8);

    /// <summary>The longest delay between attempts.</summary>
    /// <value>1 minute by default.</value>
    public TimeSpan MaxDelay
    {
        get;
        set => field = Check.NotNegative(value, nameof(MaxDelay));
    } = TimeSpan.FromMinutes(1);

    /// <summary>How long one attempt may take.</summary>
    /// <value>1 minute by default; up to 1 hour.</value>
    public TimeSpan TryTimeout
    {
        get;
        set => field = value < TimeSpan.Zero
            ? throw new ArgumentException("The timeout must not be negative.", nameof(TryTimeout))
            : Check.Range(value, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(TryTimeout));
    } = TimeSpan.FromMinutes(1);
}
