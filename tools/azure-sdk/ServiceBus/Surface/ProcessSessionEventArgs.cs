#nullable disable // The official listing carries no nullability, so consumers see the same on either build.

namespace Azure.Messaging.ServiceBus;

/// <summary>A session that begins or ends.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ProcessSessionEventArgs : EventArgs
{
    private readonly ServiceBusSessionReceiver _receiver;

    /// <summary>Makes the arguments.</summary>
    public ProcessSessionEventArgs(
        ServiceBusSessionReceiver receiver, string identifier, CancellationToken cancellationToken)
    {
        _receiver = receiver;
        Identifier = identifier;
        CancellationToken = cancellationToken;
    }

    /// <summary>Cancelled when the processor stops.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The processor.</summary>
    public string Identifier { get; }

    /// <summary>The session.</summary>
    public string SessionId => _receiver.SessionId;

    /// <summary>When the lock of the session ends.</summary>
    public DateTimeOffset SessionLockedUntil => _receiver.SessionLockedUntil;
}
