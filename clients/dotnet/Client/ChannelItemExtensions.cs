using System.Runtime.CompilerServices;

namespace ServerlessGateway.Client;

/// <summary>Views of a subscription's items.</summary>
public static class ChannelItemExtensions
{
    /// <summary>
    /// Only the messages: gaps and resets are left out, so the application will not know that something is missing.
    /// They remain counted in <see cref="GatewayClient.Statistics"/>.
    /// </summary>
    public static async IAsyncEnumerable<ChannelMessage> MessagesOnly(
        this IAsyncEnumerable<ChannelItem> items,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (item is ChannelMessage message)
            {
                yield return message;
            }
        }
    }
}
