using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Sends to one entity; the link is opened at first use and again after it was lost.</summary>
internal sealed class EntitySender
{
    /// <summary>What a broker takes that does not say: the limit of the Standard tier.</summary>
    private const long DefaultMaxMessageBytes = 256 * 1024;

    private readonly ConnectionScope _scope;
    private readonly RetryRunner _retry;
    private readonly LazyLink<SendingLink> _link;
    private readonly ManagementClient _management;
    private bool _closed;

    public EntitySender(ConnectionScope scope, string entityPath, RetryRunner retry)
    {
        _scope = scope;
        _retry = retry;
        EntityPath = entityPath;
        _link = new LazyLink<SendingLink>(token => scope.OpenSenderAsync(entityPath, token), link => link.IsOpen);
        _management = new ManagementClient(scope, entityPath, retry);
    }

    public string EntityPath { get; }

    public string FullyQualifiedNamespace => _scope.Host;

    public bool IsClosed => _closed || _scope.IsClosed;

    /// <summary>Returns when the broker holds the messages. A time-out leaves open whether it does.</summary>
    public async Task SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var (encoded, format) = MessageBatch.Encode(messages);
        await _retry.RunAsync(
            async token =>
            {
                var link = await _link.GetAsync(token).ConfigureAwait(false);
                if (link.MaxMessageBytes > 0 && (ulong)encoded.Length > link.MaxMessageBytes)
                {
                    throw new ServiceBusException(
                        $"The message (id:{messages[0].MessageId}, size:{encoded.Length} bytes) is larger than is currently "
                            + $"allowed ({link.MaxMessageBytes} bytes).",
                        ServiceBusFailureReason.MessageSizeExceeded,
                        EntityPath);
                }

                ThrowUnlessAccepted(await link.SendAsync(encoded, format, token).ConfigureAwait(false));
            },
            EntityPath,
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<MessageBatch> CreateBatchAsync(long? maxBytes, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var link = await _retry.RunAsync(_link.GetAsync, EntityPath, cancellationToken).ConfigureAwait(false);
        var limit = link.MaxMessageBytes is > 0 and <= long.MaxValue ? (long)link.MaxMessageBytes : DefaultMaxMessageBytes;
        return new MessageBatch(Check.Range(maxBytes ?? limit, 1, limit, nameof(maxBytes)));
    }

    public async Task<IReadOnlyList<long>> ScheduleAsync(
        IReadOnlyList<ServiceBusMessage> messages, DateTimeOffset enqueueAt, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var scheduled = new List();
        foreach (var message in messages)
        {
            message.ScheduledEnqueueTime = enqueueAt;
            scheduled.Add(Scheduled(message));
        }

        var answer = await _management.RequestAsync(
            "schedule-message", new Map { ["messages"] = scheduled }, null, cancellationToken).ConfigureAwait(false);
        return (long[])Answer.Value(answer, "sequence-numbers")!;
    }

    public async Task CancelScheduledAsync(long[] sequenceNumbers, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        await _management.RequestAsync(
            "cancel-scheduled-message",
            new Map { ["sequence-numbers"] = sequenceNumbers },
            null,
            cancellationToken).ConfigureAwait(false);
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_closed)
        {
            return;
        }

        _closed = true;
        _link.Current?.Close();
        await _management.CloseAsync().ConfigureAwait(false);
    }

    private static Map Scheduled(ServiceBusMessage message)
    {
        // The broker wants an id with each, and tells them apart by it in its answer.
        var entry = new Map
        {
            ["message-id"] = message.MessageId ?? $"{Guid.NewGuid():N}",
            ["message"] = MessageCodec.Encode(message.Content).ToArray(),
        };
        if (message.SessionId is { } sessionId)
        {
            entry["session-id"] = sessionId;
        }

        if (message.PartitionKey is { } partitionKey)
        {
            entry["partition-key"] = partitionKey;
        }

        return entry;
    }

    private static void ThrowUnlessAccepted(DeliveryState? outcome)
    {
        if (outcome is not Accepted)
        {
            throw AmqpFault.From((outcome as Rejected)?.Error, "amqp:internal-error");
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusSender));
}
