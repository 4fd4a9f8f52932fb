#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives from one queue or subscription.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusReceiver : IAsyncDisposable
{
    private readonly EntityReceiver _receiver;

    /// <summary>For mocks.</summary>
    protected ServiceBusReceiver()
    {
    }

    internal ServiceBusReceiver(EntityReceiver receiver, string identifier)
    {
        _receiver = receiver;
        Identifier = identifier;
    }

    /// <summary>The queue or subscription.</summary>
    public virtual string EntityPath => _receiver.EntityPath;

    /// <summary>The namespace.</summary>
    public virtual string FullyQualifiedNamespace => _receiver.FullyQualifiedNamespace;

    /// <summary>The name of this receiver in logs.</summary>
    public virtual string Identifier { get; }

    /// <summary>Whether it was closed.</summary>
    public virtual bool IsClosed => _receiver.IsClosed;

    /// <summary>How many messages wait at the client before they are asked for.</summary>
    public virtual int PrefetchCount => _receiver.PrefetchCount;

    /// <summary>Whether messages are locked or gone when received.</summary>
    public virtual ServiceBusReceiveMode ReceiveMode => _receiver.ReceiveMode;

    internal EntityReceiver Receiver => _receiver;

    /// <summary>Receives one message.</summary>
    /// <returns>Null when none came within the wait.</returns>
    public virtual async Task<ServiceBusReceivedMessage> ReceiveMessageAsync(
        TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default)
    {
        var messages = await ReceiveMessagesAsync(1, maxWaitTime, cancellationToken).ConfigureAwait(false);
        return messages.Count == 0 ? null : messages[0];
    }

    /// <summary>Receives what there is, at most so many; waits for the first only.</summary>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(
        int maxMessages, TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default)
    {
        Check.AtLeastOne(maxMessages, nameof(maxMessages));
        if (maxWaitTime is { } wait)
        {
            Check.Positive(wait, nameof(maxWaitTime));
        }

        return await _receiver.ReceiveAsync(maxMessages, maxWaitTime, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the next message without locking it.</summary>
    /// <returns>Null when there is none.</returns>
    public virtual async Task<ServiceBusReceivedMessage> PeekMessageAsync(
        long? fromSequenceNumber = null, CancellationToken cancellationToken = default)
    {
        var messages = await PeekMessagesAsync(1, fromSequenceNumber, cancellationToken).ConfigureAwait(false);
        return messages.Count == 0 ? null : messages[0];
    }

    /// <summary>Reads the next messages without locking them.</summary>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(
        int maxMessages, long? fromSequenceNumber = null, CancellationToken cancellationToken = default) =>
        await _receiver.PeekAsync(
            Check.AtLeastOne(maxMessages, nameof(maxMessages)), fromSequenceNumber, cancellationToken).ConfigureAwait(false);

    /// <summary>Receives a message that was set aside.</summary>
    public virtual async Task<ServiceBusReceivedMessage> ReceiveDeferredMessageAsync(
        long sequenceNumber, CancellationToken cancellationToken = default)
    {
        var messages = await _receiver.ReceiveDeferredAsync([sequenceNumber], cancellationToken).ConfigureAwait(false);
        return messages[0];
    }

    /// <summary>Renews the lock of a message.</summary>
    public virtual async Task RenewMessageLockAsync(
        ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        await _receiver.RenewMessageLockAsync(Check.NotNull(message, nameof(message)), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Ends a message well: it is gone.</summary>
    public virtual Task CompleteMessageAsync(
        ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        _receiver.SettleAsync(message, Settlement.Complete, cancellationToken);

    /// <summary>Gives a message back; its delivery count rises.</summary>
    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        _receiver.SettleAsync(message, Settlement.Abandon(propertiesToModify), cancellationToken);

    /// <summary>Sets a message aside; only its sequence number reaches it.</summary>
    public virtual Task DeferMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        _receiver.SettleAsync(message, Settlement.Defer(propertiesToModify), cancellationToken);

    /// <summary>Moves a message to the dead letters.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        _receiver.SettleAsync(message, Settlement.DeadLetter(propertiesToModify, null, null), cancellationToken);

    /// <summary>Moves a message to the dead letters, with a reason.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        _receiver.SettleAsync(
            message, Settlement.DeadLetter(null, deadLetterReason, deadLetterErrorDescription), cancellationToken);

    /// <summary>Moves a message to the dead letters, with a reason and changed properties.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify,
        string deadLetterReason,
        string deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        _receiver.SettleAsync(
            message,
            Settlement.DeadLetter(propertiesToModify, deadLetterReason, deadLetterErrorDescription),
            cancellationToken);

    /// <summary>Closes the receiver.</summary>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default) => _receiver.CloseAsync(cancellationToken);

    /// <summary>Closes the receiver.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
