#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Sends to one queue or topic.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusSender : IAsyncDisposable
{
    private readonly EntitySender _sender;

    /// <summary>For mocks.</summary>
    protected ServiceBusSender()
    {
    }

    internal ServiceBusSender(EntitySender sender, string identifier)
    {
        _sender = sender;
        Identifier = identifier;
    }

    /// <summary>The queue or topic.</summary>
    public virtual string EntityPath => _sender.EntityPath;

    /// <summary>The namespace.</summary>
    public virtual string FullyQualifiedNamespace => _sender.FullyQualifiedNamespace;

    /// <summary>The name of this sender in logs.</summary>
    public virtual string Identifier { get; }

    /// <summary>Whether it was closed.</summary>
    public virtual bool IsClosed => _sender.IsClosed;

    /// <summary>Sends one message; when it returns, the broker holds the message.</summary>
    public virtual async Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
    {
        Check.NotNull(message, nameof(message));
        await _sender.SendAsync([message], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends messages as one.</summary>
    public virtual async Task SendMessagesAsync(
        IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default)
    {
        var list = Check.NotNull(messages, nameof(messages)).ToList();
        if (list.Count > 0)
        {
            await _sender.SendAsync(list, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a batch as one.</summary>
    public virtual async Task SendMessagesAsync(
        ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default)
    {
        if (Check.NotNull(messageBatch, nameof(messageBatch)).Count > 0)
        {
            await _sender.SendAsync(messageBatch.Batch.Messages, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a batch as large as the entity allows.</summary>
    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
        CreateMessageBatchAsync(null, cancellationToken);

    /// <summary>Makes a batch.</summary>
    public virtual async ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(
        CreateMessageBatchOptions options, CancellationToken cancellationToken = default) =>
        new(await _sender.CreateBatchAsync(options?.MaxSizeInBytes, cancellationToken).ConfigureAwait(false));

    /// <summary>Sends a message that becomes active later, and returns the number by which it can be cancelled.</summary>
    public virtual async Task<long> ScheduleMessageAsync(
        ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        Check.NotNull(message, nameof(message));
        var numbers = await _sender.ScheduleAsync([message], scheduledEnqueueTime, cancellationToken).ConfigureAwait(false);
        return numbers[0];
    }

    /// <summary>Takes a scheduled message back.</summary>
    public virtual async Task CancelScheduledMessageAsync(
        long sequenceNumber, CancellationToken cancellationToken = default) =>
        await _sender.CancelScheduledAsync([sequenceNumber], cancellationToken).ConfigureAwait(false);

    /// <summary>Closes the sender.</summary>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default) => _sender.CloseAsync(cancellationToken);

    /// <summary>Closes the sender.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
