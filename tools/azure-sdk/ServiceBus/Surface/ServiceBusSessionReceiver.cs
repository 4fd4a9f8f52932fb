#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives from one session.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusSessionReceiver : ServiceBusReceiver
{
    /// <summary>For mocks.</summary>
    protected ServiceBusSessionReceiver()
    {
    }

    internal ServiceBusSessionReceiver(EntityReceiver receiver, string identifier)
        : base(receiver, identifier)
    {
    }

    /// <summary>Whether it was closed, or the session was lost.</summary>
    public override bool IsClosed => base.IsClosed;

    /// <summary>The session.</summary>
    public virtual string SessionId => Receiver.Session.Id;

    /// <summary>When the lock of the session ends.</summary>
    public virtual DateTimeOffset SessionLockedUntil => Receiver.Session.LockedUntil;

    /// <summary>Reads the state of the session.</summary>
    /// <returns>Null when there is none.</returns>
    public virtual Task<BinaryData> GetSessionStateAsync(CancellationToken cancellationToken = default) =>
        Receiver.GetSessionStateAsync(cancellationToken);

    /// <summary>Sets the state of the session; null clears it.</summary>
    public virtual Task SetSessionStateAsync(BinaryData sessionState, CancellationToken cancellationToken = default) =>
        Receiver.SetSessionStateAsync(sessionState, cancellationToken);

    /// <summary>Renews the lock of the session.</summary>
    public virtual Task RenewSessionLockAsync(CancellationToken cancellationToken = default) =>
        Receiver.RenewSessionLockAsync(cancellationToken);
}
