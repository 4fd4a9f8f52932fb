#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message of a session, for a handler.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ProcessSessionMessageEventArgs : EventArgs
{
    private readonly ServiceBusSessionReceiver _receiver;

    internal ProcessSessionMessageEventArgs(
        ServiceBusReceivedMessage message,
        ServiceBusSessionReceiver receiver,
        CancellationToken cancellationToken)
    {
        Message = message;
        _receiver = receiver;
        CancellationToken = cancellationToken;
    }

    /// <summary>Cancelled when the processor stops, the session is released, or its lock is lost.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The message.</summary>
    public ServiceBusReceivedMessage Message { get; }

    /// <summary>The session.</summary>
    public string SessionId => _receiver.SessionId;

    /// <summary>When the lock of the session ends.</summary>
    public DateTimeOffset SessionLockedUntil => _receiver.SessionLockedUntil;

    /// <summary>Set by the processor that holds the session.</summary>
    internal Action Release { get; init; }

    /// <summary>Reads the state of the session.</summary>
    public virtual Task<BinaryData> GetSessionStateAsync(CancellationToken cancellationToken = default) =>
        _receiver.GetSessionStateAsync(cancellationToken);

    /// <summary>Sets the state of the session; null clears it.</summary>
    public virtual Task SetSessionStateAsync(BinaryData sessionState, CancellationToken cancellationToken = default) =>
        _receiver.SetSessionStateAsync(sessionState, cancellationToken);

    /// <summary>Renews the lock of the session.</summary>
    public virtual Task RenewSessionLockAsync(CancellationToken cancellationToken = default) =>
        _receiver.RenewSessionLockAsync(cancellationToken);

    /// <summary>Gives the session back when the handlers that run for it have returned.</summary>
    public virtual void ReleaseSession() => Release?.Invoke();

    /// <summary>Ends a message well: it is gone.</summary>
    public virtual Task CompleteMessageAsync(
        ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(message, Settlement.Complete, cancellationToken);

    /// <summary>Gives a message back; its delivery count rises.</summary>
    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(message, Settlement.Abandon(propertiesToModify), cancellationToken);

    /// <summary>Sets a message aside; only its sequence number reaches it.</summary>
    public virtual Task DeferMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(message, Settlement.Defer(propertiesToModify), cancellationToken);

    /// <summary>Moves a message to the dead letters.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(message, Settlement.DeadLetter(propertiesToModify, null, null), cancellationToken);

    /// <summary>Moves a message to the dead letters, with a reason.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(
            message, Settlement.DeadLetter(null, deadLetterReason, deadLetterErrorDescription), cancellationToken);

    /// <summary>Moves a message to the dead letters, with a reason and changed properties.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object> propertiesToModify,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(
            message,
            Settlement.DeadLetter(propertiesToModify, deadLetterReason, deadLetterErrorDescription),
            cancellationToken);
}
