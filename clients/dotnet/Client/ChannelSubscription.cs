using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// One channel, read in order. Enumerate it once; the position moves to an item when the next one is asked for, so an item whose
/// processing broke off is handed on again to whoever continues the session.
/// </summary>
public sealed class ChannelSubscription : IAsyncEnumerable<ChannelItem>, IAsyncDisposable
{
    internal ChannelSubscription(string channel) => Channel = channel;

    /// <summary>The channel's name.</summary>
    public string Channel { get; }

    /// <summary>
    /// Completes with the gateway's first answer: everything published after it is delivered, or reported as a gap. Fails with a
    /// <see cref="GatewayException"/> where the subscription is refused.
    /// </summary>
    public Task<SubscriptionStart> Opened => throw new NotImplementedException();

    /// <summary>
    /// Completes when the subscription has ended: normally after it was disposed, with the exception of a handler that failed, or with a
    /// <see cref="GatewayException"/> where the gateway or the client ended it.
    /// </summary>
    public Task Completion => throw new NotImplementedException();

    /// <inheritdoc/>
    public IAsyncEnumerator<ChannelItem> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Leaves the channel. The position of the last processed item stays stored.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>How a subscription began.</summary>
/// <param name="Outcome">Started, recovered, gap or reset.</param>
/// <param name="Position">Everything behind this is handed on.</param>
public sealed record SubscriptionStart(Outcome Outcome, Position Position);
