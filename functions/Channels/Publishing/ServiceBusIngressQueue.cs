using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>
/// The queue on Azure Service Bus. The client it is given makes no retries of its own, since the batcher repeats under the same id and knows
/// when to stop. After one ServiceBusy the SDK's sender sleeps ten seconds before each further operation, which can not be configured; so a
/// sender that met it is replaced.
/// </summary>
internal sealed class ServiceBusIngressQueue(ServiceBusClient client, string queueName, ILogger<ServiceBusIngressQueue> log)
    : IIngressQueue, IAsyncDisposable
{
    private const int LaneCount = 4;

    /// <summary>A few senders, so that shards do not wait for each other's link; a session always uses the same one.</summary>
    private readonly ConcurrentDictionary<int, ServiceBusSender> _senders = new();

    /// <inheritdoc/>
    public Task<SendOutcome> SendAsync(string session, Envelope envelope, CancellationToken cancellationToken)
    {
        var message = new ServiceBusMessage(EnvelopeCodec.Encode(envelope))
        {
            MessageId = envelope.Id.ToString("N"),
            SessionId = session,
            Subject = Envelope.Subject,
        };
        message.ApplicationProperties[Envelope.ChannelsProperty] = EnvelopeCodec.DescribeChannels(envelope);
        return SendAsync(session, message, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SendOutcome> SendAsync(string session, IngressTask task, TimeSpan delay, CancellationToken cancellationToken)
    {
        var message = new ServiceBusMessage(task.EncodeBody()) { SessionId = session, Subject = task.Kind };
        if (delay > TimeSpan.Zero)
        {
            message.ScheduledEnqueueTime = DateTimeOffset.UtcNow + delay;
        }

        return SendAsync(session, message, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
        {
            await sender.DisposeAsync();
        }
    }

    private async Task<SendOutcome> SendAsync(string session, ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var lane = LaneOf(session);
        var sender = _senders.GetOrAdd(lane, _ => client.CreateSender(queueName));
        try
        {
            await sender.SendMessageAsync(message, cancellationToken);
            return SendOutcome.Accepted;
        }
        catch (Exception exception)
        {
            var outcome = OutcomeOf(exception);
            PublishingLog.SendNotTaken(log, session, exception is ServiceBusException known ? known.Reason.ToString() : exception.GetType().Name);
            if (outcome == SendOutcome.Busy && _senders.TryRemove(KeyValuePair.Create(lane, sender)))
            {
                await sender.CloseAsync(CancellationToken.None);
            }

            return outcome;
        }
    }

    private static int LaneOf(string session)
    {
        var lane = 0;
        foreach (var character in session)
        {
            lane = ((lane * 31) + character) & 0xffff;
        }

        return lane % LaneCount;
    }

    private static SendOutcome OutcomeOf(Exception exception) => exception switch
    {
        ServiceBusException { Reason: ServiceBusFailureReason.ServiceBusy or ServiceBusFailureReason.QuotaExceeded } => SendOutcome.Busy,
        ServiceBusException
        {
            Reason: ServiceBusFailureReason.MessageSizeExceeded or ServiceBusFailureReason.MessagingEntityNotFound
                or ServiceBusFailureReason.MessagingEntityDisabled,
        } => SendOutcome.Refused,
        UnauthorizedAccessException => SendOutcome.Refused,
        // Time-outs, lost connections, whatever is new: it may have been taken.
        _ => SendOutcome.Unknown,
    };
}
