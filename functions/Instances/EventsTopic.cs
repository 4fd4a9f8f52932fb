using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Instances;

/// <summary>
/// The topic that backends read. A session is a channel, so a backend reads each channel in order; the properties say where an answer goes.
/// </summary>
internal sealed class EventsTopic(
    ServiceBusClient client, HeldShardPlan plans, IOptions<ServiceBusOptions> options, ILogger<EventsTopic> log) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private ServiceBusSender? _sender;

    /// <summary>Sends one event.</summary>
    public async Task<DeliveryOutcome> SendAsync(
        ChannelName channel, ChannelEvent channelEvent, CancellationToken cancellationToken)
    {
        var sender = Sender();
        try
        {
            var plan = (await plans.GetAsync(cancellationToken)).Plan;
            await sender.SendMessageAsync(MessageOf(channel, channelEvent, plan), cancellationToken);
            return DeliveryOutcome.Delivered;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            InstanceLog.EventNotSent(log, channel.Value, exception is ServiceBusException known ? known.Reason.ToString() : exception.GetType().Name);
            if (exception is not ServiceBusException { Reason: ServiceBusFailureReason.ServiceBusy or ServiceBusFailureReason.QuotaExceeded })
            {
                return DeliveryOutcome.Failed;
            }

            // After ServiceBusy a sender sleeps ten seconds before each further operation: a new one does not.
            await ReplaceAsync(sender);
            return DeliveryOutcome.Throttled;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_sender is { } sender)
        {
            await sender.DisposeAsync();
        }
    }

    private static ServiceBusMessage MessageOf(ChannelName channel, ChannelEvent channelEvent, ShardPlan plan) => new(channelEvent.Json)
    {
        MessageId = channelEvent.MessageId,
        SessionId = channel.Value,
        Subject = channelEvent.Kind,
        ContentType = "application/json",
        ApplicationProperties =
        {
            ["namespace"] = channel.Namespace,
            ["channel"] = channel.Value,
            ["epoch"] = channelEvent.Epoch,
            ["generation"] = plan.Generation,
            ["shards"] = plan.Count,
        },
    };

    private ServiceBusSender Sender()
    {
        lock (_lock)
        {
            return _sender ??= client.CreateSender(options.Value.EventsTopic);
        }
    }

    private async Task ReplaceAsync(ServiceBusSender sender)
    {
        lock (_lock)
        {
            if (_sender != sender)
            {
                return;
            }

            _sender = null;
        }

        await sender.CloseAsync(CancellationToken.None);
    }
}
