using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Settles the messages that triggered a function. A call that fails throws the transport's exception of the worker,
/// never a <see cref="ServiceBusException"/>: catch <see cref="Exception"/>.
/// </summary>
public class ServiceBusMessageActions
{
    private readonly SettlementChannel _settlement;

    internal ServiceBusMessageActions(SettlementChannel settlement) => _settlement = settlement;

    /// <summary>For mocks only.</summary>
    protected ServiceBusMessageActions() => _settlement = null!;

    /// <summary>Ends a message well: it is gone.</summary>
    public virtual Task CompleteMessageAsync(
        ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _settlement.CompleteAsync(message.LockToken, cancellationToken);
    }

    /// <summary>Gives a message back; its delivery count rises.</summary>
    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _settlement.AbandonAsync(message.LockToken, propertiesToModify, cancellationToken);
    }

    /// <summary>Moves a message to the dead letters.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? propertiesToModify = default,
        string? deadLetterReason = default,
        string? deadLetterErrorDescription = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _settlement.DeadLetterAsync(
            message.LockToken, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken);
    }

    /// <summary>Sets a message aside; only its sequence number reaches it.</summary>
    public virtual Task DeferMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _settlement.DeferAsync(message.LockToken, propertiesToModify, cancellationToken);
    }

    /// <summary>Renews the lock of a message that belongs to no session.</summary>
    public virtual Task RenewMessageLockAsync(
        ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _settlement.RenewMessageLockAsync(message.LockToken, cancellationToken);
    }
}
