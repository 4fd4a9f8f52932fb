using Microsoft.Extensions.Logging;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>
/// Builds pages: the head first, by a fresh read; then the segments up to that head, which may come from the cache. A page that does not begin
/// where it should was overtaken by trimming, so the head is read again and the outcome decided anew.
/// </summary>
internal sealed class ChannelReader(HeadReads heads, SegmentReads segments, ILogger<ChannelReader> log) : IChannelReader
{
    private const int MaxAttempts = 3;

    /// <inheritdoc/>
    public async Task<ChannelPage> ReadAsync(
        ChannelName channel, Position? position, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                var decision = ResumeDecision.Of(await heads.ReadFreshAsync(channel, cancellationToken), position);
                if (await TryReadPageAsync(channel, decision, maxBytes, cancellationToken) is { } page)
                {
                    return page;
                }
            }

            ReadingLog.PageNotFound(log, channel.Value);
            return Unavailable(channel, "overtaken by trimming");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ReadingLog.ReadFailed(log, channel.Value, exception);
            return Unavailable(channel, exception.GetType().Name);
        }
    }

    /// <inheritdoc/>
    public async Task<ChannelHead> CheckAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        try
        {
            var head = await heads.ReadRecentAsync(channel, cancellationToken);
            return new ChannelHead(channel.Value, head?.Epoch ?? string.Empty, head?.LastOffset ?? 0);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ReadingLog.ReadFailed(log, channel.Value, exception);
            return new ChannelHead(channel.Value, string.Empty, 0, StoreUnavailable(exception.GetType().Name));
        }
    }

    /// <summary>The page of a decision; null where the store does not hold what the head promises.</summary>
    private async Task<ChannelPage?> TryReadPageAsync(
        ChannelName channel, ResumeDecision decision, int maxBytes, CancellationToken cancellationToken)
    {
        List<GatewayMessage> messages = [];
        var (next, left) = (decision.From, maxBytes);
        while (next <= decision.Head && left > 0)
        {
            var read = await segments.ReadAsync(channel, decision.Epoch, next, decision.Head, left, cancellationToken);
            if (read.Count == 0)
            {
                return null;
            }

            next = Append(messages, read, next, decision.Head, ref left);
        }

        return new ChannelPage(
            channel.Value, decision.Outcome, decision.Epoch, decision.From, decision.Head, next > decision.Head, messages, decision.Gap);
    }

    /// <summary>Appends messages from <paramref name="next"/> on while they fit (the first of a page always does).</summary>
    private static long Append(
        List<GatewayMessage> messages, IReadOnlyList<Segment> read, long next, long upTo, ref int left)
    {
        foreach (var segment in read)
        {
            for (; next <= segment.LastOffset && next <= upTo; next++)
            {
                var entry = segment.Entries[(int)(next - segment.FirstOffset)];
                var size = SegmentCache.SizeOf(entry);
                if (size > left && messages.Count > 0)
                {
                    left = 0;
                    return next;
                }

                left = Math.Max(0, left - size);
                messages.Add(ToMessage(entry, next, segment.EnqueuedAt));
                if (left == 0)
                {
                    return next + 1;
                }
            }
        }

        return next;
    }

    /// <summary>An entry as clients see it; live frames are built from the same.</summary>
    public static GatewayMessage ToMessage(SegmentEntry entry, long offset, DateTimeOffset enqueuedAt) => entry.Gone != 0
        ? new GatewayMessage(offset, enqueuedAt.ToUnixTimeMilliseconds(), null, null, 0, default, entry.Gone)
        : new GatewayMessage(
            offset, enqueuedAt.ToUnixTimeMilliseconds(), entry.User, entry.Publisher, entry.Number, entry.Data);

    private static ChannelPage Unavailable(ChannelName channel, string reason) =>
        ChannelPage.Failed(channel.Value, StoreUnavailable(reason));

    private static ErrorDetail StoreUnavailable(string reason) => ErrorDetail.Of(
        ErrorCodes.StoreUnavailable, "The channel's log could not be read; ask again.", reason, retryAfterMs: 1000);
}
