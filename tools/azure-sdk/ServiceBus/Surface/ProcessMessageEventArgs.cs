#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message for a handler.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ProcessMessageEventArgs : EventArgs
{
    private readonly ServiceBusReceiver _receiver;

    internal ProcessMessageEventArgs(
        ServiceBusReceivedMessage message,
        ServiceBusReceiver receiver,
        CancellationToken cancellationToken)
    {
        Message = message;
        _receiver = receiver;
        CancellationToken = cancellationToken;
    }

    /// <summary>Cancelled when the processor stops.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The entity.</summary>
    public string EntityPath => _receiver.EntityPath;

    /// <summary>The message.</summary>
    public ServiceBusReceivedMessage Message { get; }

    /// <summary>Renews the lock of a message.</summary>
    public virtual Task RenewMessageLockAsync(
        ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        _receiver.RenewMessageLockAsync(message, cancellationToken);

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
        IDictionary<string, object> propertiesToModify,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        _receiver.Receiver.SettleAsync(
            message,
            Settlement.DeadLetter(propertiesToModify, deadLetterReason, deadLetterErrorDescription),
            cancellationToken);
}
