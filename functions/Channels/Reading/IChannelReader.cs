using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>Reads channels from a position on: subscribe, resume and history are the same paged read.</summary>
internal interface IChannelReader
{
    /// <summary>
    /// One page behind a position; without one, the head to start from. The head comes from a read of the store that began after this
    /// call, so whoever joined the channel's group before misses nothing between a live page and the first live frame.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="position">What the client has; null starts behind the head.</param>
    /// <param name="maxBytes">The most bytes of messages; zero decides the outcome without messages.</param>
    /// <param name="cancellationToken">Stops waiting; a read that others share goes on.</param>
    /// <returns>The page; outcome <see cref="Outcome.Retry"/> where the store did not answer.</returns>
    Task<ChannelPage> ReadAsync(
        ChannelName channel, Position? position, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The head, at most <see cref="ReadingOptions.CheckAge"/> old. Never for a page that may end live.</summary>
    Task<ChannelHead> CheckAsync(ChannelName channel, CancellationToken cancellationToken);
}
