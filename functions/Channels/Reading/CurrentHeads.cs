using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>
/// Heads of the store's present generation. One of a lower generation may lack its newest commits, so nothing may be
/// said of it to a client: whoever meets it begins a new epoch at once, under its tag (rule E1).
/// </summary>
internal sealed class CurrentHeads(IChannelLog log, EpochFactory epochs)
{
    private const int MaxAttempts = 3;

    /// <summary>The head by a read that begins after this call; null where the channel has none.</summary>
    /// <exception cref="IOException">Others wrote each time that this one was about to; reading again helps.</exception>
    public async Task<Head?> ReadAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await log.ReadHeadAsync(channel, cancellationToken);
            if (stored.Head is not { } head || !epochs.IsOutlived(head.Epoch))
            {
                return stored.Head;
            }

            var begun = Head.Begin(epochs.Create(), head);
            if (await log.CommitAsync(channel, stored, begun, [], cancellationToken) is CommitResult.Committed)
            {
                return begun;
            }
        }

        throw new IOException($"The head of {channel} was of an earlier generation and could not be replaced.");
    }
}
