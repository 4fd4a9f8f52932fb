#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>A session that begins or ends.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ProcessSessionEventArgs : EventArgs
{
    private readonly ServiceBusSessionReceiver _receiver;

    internal ProcessSessionEventArgs(
        ServiceBusSessionReceiver receiver)
    {
        _receiver = receiver;
    }

    /// <summary>The session.</summary>
    public string SessionId => _receiver.SessionId;

}
