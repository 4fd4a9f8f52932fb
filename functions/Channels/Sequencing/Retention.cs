using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Deletes what heads do not retain any more (rule R5): after the head was raised and everything was sent, one bounded
/// call per invocation. What fails or is left over goes with the next raise, since a deletion takes all that lies
/// below.
/// </summary>
internal sealed class Retention(IChannelLog log, IOptions<SequencingOptions> options, SequencingReport report)
{
    private const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, (string Epoch, long FirstRetained)> _trimmed = [];

    public async Task TrimAsync(CommittedPart part, InvocationTime invocation)
    {
        var head = part.Head;
        if (part.Segments.Count == 0 || head.FirstRetained == 1 || IsTrimmed(part.Channel, head))
        {
            return;
        }

        try
        {
            var complete = await invocation.WithinAsync(options.Value.StoreTimeout, token => log.DeleteSegmentsAsync(
                part.Channel, head.Epoch, head.FirstRetained, token));
            if (complete)
            {
                Remember(part.Channel, head);
            }
        }
        catch (Exception exception) when (!invocation.Stopping.IsCancellationRequested)
        {
            report.TaskFailed("trim", part.Channel.Value, exception);
        }
    }

    private bool IsTrimmed(ChannelName channel, Head head)
    {
        lock (_lock)
        {
            return _trimmed.TryGetValue(channel, out var done) && done.Epoch == head.Epoch && done.FirstRetained >= head.FirstRetained;
        }
    }

    private void Remember(ChannelName channel, Head head)
    {
        lock (_lock)
        {
            if (_trimmed.Count >= MaxRemembered)
            {
                // Forgetting costs one needless listing per channel.
                _trimmed.Clear();
            }

            _trimmed[channel] = (head.Epoch, head.FirstRetained);
        }
    }
}
