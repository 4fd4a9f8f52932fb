using System.Collections.Frozen;
using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Instances;

/// <summary>
/// Destinations on Azure (rule S5). Its clients do not repeat, and give up soon: with the SDK's defaults one instance that does not answer would stall
/// a shard for minutes. What fails is repaired, not repeated.
/// </summary>
internal sealed class WebPubSubDestinationSender(
    IOptions<InstancesOptions> options, Lazy<TokenCredential> credential, EventsTopic events, ILogger<WebPubSubDestinationSender> log)
    : IDestinationSender
{
    /// <summary>A group that nobody is in: clients can not choose names that begin so.</summary>
    private const string ProbeGroup = "$probe";

    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(3);

    private readonly FrozenDictionary<InstanceName, WebPubSubServiceClient> _clients = options.Value.Instances.ToFrozenDictionary(
        instance => InstanceName.Parse(instance.Name),
        instance => WebPubSubClients.Create(instance, options.Value.Hub, credential, maxRetries: 0, NetworkTimeout));

    /// <inheritdoc/>
    public Task<DeliveryOutcome> SendToGroupAsync(
        InstanceName instance, ChannelName channel, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        TryAsync(
            instance,
            client => client.SendToGroupAsync(
                channel.Value, RequestContent.Create(json), ContentType.ApplicationJson, context: ContextOf(cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<DeliveryOutcome> SendToAllAsync(
        InstanceName instance, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        TryAsync(
            instance,
            client => client.SendToAllAsync(
                RequestContent.Create(json), ContentType.ApplicationJson, context: ContextOf(cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<DeliveryOutcome> ProbeAsync(InstanceName instance, CancellationToken cancellationToken) =>
        TryAsync(
            instance,
            client => client.SendToGroupAsync(
                ProbeGroup, RequestContent.Create(BinaryData.FromString("{}")), ContentType.ApplicationJson, context: ContextOf(cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<DeliveryOutcome> SendEventAsync(
        ChannelName channel, ChannelEvent channelEvent, CancellationToken cancellationToken) =>
        events.SendAsync(channel, channelEvent, cancellationToken);

    private async Task<DeliveryOutcome> TryAsync(
        InstanceName instance, Func<WebPubSubServiceClient, Task<Response>> send, CancellationToken cancellationToken)
    {
        if (!_clients.TryGetValue(instance, out var client))
        {
            // A row of an instance that this process is not configured for: another version of the configuration knows it.
            InstanceLog.SendFailed(log, instance.Value, 0, "not configured");
            return DeliveryOutcome.Failed;
        }

        try
        {
            await send(client);
            return DeliveryOutcome.Delivered;
        }
        catch (RequestFailedException exception)
        {
            InstanceLog.SendFailed(log, instance.Value, exception.Status, exception.ErrorCode ?? exception.GetType().Name);
            return exception.Status == 429 ? DeliveryOutcome.Throttled : DeliveryOutcome.Failed;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            InstanceLog.SendFailed(log, instance.Value, 0, exception.GetType().Name);
            return DeliveryOutcome.Failed;
        }
    }

    private static RequestContext ContextOf(CancellationToken cancellationToken) => new() { CancellationToken = cancellationToken };
}
