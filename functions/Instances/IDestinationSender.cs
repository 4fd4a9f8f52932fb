using ServerlessGateway.Protocol;

namespace ServerlessGateway.Instances;

/// <summary>
/// Sends to the destinations of sequenced messages: the clients of an instance, and the topic <c>events</c>.
/// </summary>
internal interface IDestinationSender
{
    /// <summary>
    /// Sends a notice or frame to a channel's group on one instance. Awaited one after the other per channel: that
    /// keeps their order.
    /// </summary>
    Task<DeliveryOutcome> SendToGroupAsync(
        InstanceName instance, ChannelName channel, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Sends to all clients of one instance.</summary>
    Task<DeliveryOutcome> SendToAllAsync(
        InstanceName instance, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Finds out whether an instance takes sends, by one that reaches no client.</summary>
    Task<DeliveryOutcome> ProbeAsync(InstanceName instance, CancellationToken cancellationToken);

    /// <summary>
    /// Sends one event of a channel to the topic <c>events</c>; the same id twice is delivered once, within the topic's
    /// window.
    /// </summary>
    Task<DeliveryOutcome> SendEventAsync(
        ChannelName channel, ChannelEvent channelEvent, CancellationToken cancellationToken);
}

/// <summary>What backends get as one Service Bus message.</summary>
/// <param name="MessageId">At most 128 characters; the same for the same content.</param>
/// <param name="Epoch">The epoch of the offsets in it.</param>
/// <param name="Kind">The subject: <c>messages</c> or <c>gap</c>.</param>
/// <param name="Json">The body.</param>
internal sealed record ChannelEvent(string MessageId, string Epoch, string Kind, ReadOnlyMemory<byte> Json);

/// <summary>How a send to a destination ended.</summary>
internal enum DeliveryOutcome
{
    /// <summary>Taken.</summary>
    Delivered,

    /// <summary>Throttled (429): try later.</summary>
    Throttled,

    /// <summary>Not taken, or not known: the destination needs a repair.</summary>
    Failed,
}
