using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Requests;

/// <summary>
/// Reads the pages of one answer. Channels share the answer's bytes: a few are read side by side, each with an equal
/// part of what is left, so one full channel leaves room for the others, and what a quiet one leaves goes to those
/// behind it.
/// </summary>
internal sealed class PageReader(IChannelReader reader, IOptions<GatewayOptions> options)
{
    /// <summary>Enough to hide the store's latency, few enough for one client not to fill its connections.</summary>
    private const int SideBySide = 8;

    /// <summary>What a page takes beside its messages: its name, an epoch, numbers, a gap.</summary>
    private const int PageOverheadBytes = 512;

    /// <summary>
    /// What a message takes beside payload and user: its fields' names, numbers and the publisher id.
    /// </summary>
    private const int MessageOverheadBytes = 192;

    /// <summary>One page per start, in their order; reads begin after the call (R1).</summary>
    public async Task<IReadOnlyList<ChannelPage>> ReadAsync(
        IReadOnlyList<(ChannelName Channel, Position? Start)> starts, CancellationToken cancellationToken)
    {
        var pages = new List<ChannelPage>(starts.Count);
        var left = options.Value.MaxAnswerBytes - (starts.Count * PageOverheadBytes);
        foreach (var chunk in starts.Chunk(SideBySide))
        {
            var share = Math.Clamp(left / chunk.Length, 0, options.Value.MaxPageBytes);
            var read = await Task.WhenAll(chunk.Select(start => reader.ReadAsync(start.Channel, start.Start, share, cancellationToken)));
            foreach (var page in read)
            {
                var fitted = Fit(page, Math.Max(left, 0), starts.Count == 1, out var size);
                left -= size;
                pages.Add(fitted);
            }
        }

        return pages;
    }

    /// <summary>
    /// What does not fit into the answer is pulled later. The first message of a page that is alone always comes, whatever
    /// its size: pulling it again would bring no more.
    /// </summary>
    private static ChannelPage Fit(ChannelPage page, int maxBytes, bool isAlone, out int size)
    {
        size = 0;
        for (var at = 0; at < page.Messages.Count; at++)
        {
            var message = page.Messages[at];
            var next = message.Data.Length + ((message.User?.Length ?? 0) * 3) + MessageOverheadBytes;
            if (size + next > maxBytes && !(isAlone && at == 0))
            {
                return page with { Messages = [.. page.Messages.Take(at)], Live = false };
            }

            size += next;
        }

        return page;
    }
}
