using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Reading;

/// <summary>
/// Reads heads so that whoever asks gets one whose read began after the question, while many who ask at once share one read: those who
/// come while a read runs wait for the next (rules R1, E2).
/// </summary>
internal sealed class HeadReads(CurrentHeads heads, TimeProvider time, IOptions<ReadingOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, Running> _running = [];
    private readonly Dictionary<ChannelName, LinkedListNode<Remembered>> _remembered = [];
    private readonly LinkedList<Remembered> _byAge = [];

    /// <summary>The head by a read that begins after this call.</summary>
    public Task<Head?> ReadFreshAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        Task<Head?> read;
        lock (_lock)
        {
            if (!_running.TryGetValue(channel, out var running))
            {
                _running[channel] = running = new Running();
                read = running.Current = ReadAsync(channel, running);
            }
            else
            {
                read = running.Next ??= ReadAfterAsync(channel, running);
            }
        }

        return read.WaitAsync(options.Value.StoreTimeout, time, cancellationToken);
    }

    /// <summary>The head by a read that began at most <see cref="ReadingOptions.CheckAge"/> ago.</summary>
    public async Task<Head?> ReadRecentAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_remembered.TryGetValue(channel, out var node)
                && time.GetUtcNow() - node.Value.BeganAt <= options.Value.CheckAge)
            {
                return node.Value.Head;
            }
        }

        return await ReadFreshAsync(channel, cancellationToken);
    }

    /// <summary>Begins when the running read has ended, whatever became of that one.</summary>
    private async Task<Head?> ReadAfterAsync(ChannelName channel, Running running)
    {
        await Task.WhenAny(running.Current);
        Task<Head?> read;
        lock (_lock)
        {
            running.Next = null;
            _running[channel] = running;
            read = running.Current = ReadAsync(channel, running);
        }

        return await read;
    }

    private async Task<Head?> ReadAsync(ChannelName channel, Running running)
    {
        var beganAt = time.GetUtcNow();
        try
        {
            // Nobody's token: others share this read. The adapter's own time-outs end it.
            var head = await heads.ReadAsync(channel, CancellationToken.None);
            Remember(new Remembered(channel, head, beganAt));
            return head;
        }
        finally
        {
            lock (_lock)
            {
                if (running.Next is null)
                {
                    _running.Remove(channel);
                }
            }
        }
    }

    private void Remember(Remembered remembered)
    {
        lock (_lock)
        {
            if (_remembered.Remove(remembered.Channel, out var old))
            {
                _byAge.Remove(old);
            }

            _remembered[remembered.Channel] = _byAge.AddLast(remembered);
            if (_byAge.Count > options.Value.MaxCachedChannels)
            {
                _remembered.Remove(_byAge.First!.Value.Channel);
                _byAge.RemoveFirst();
            }
        }
    }

    private sealed class Running
    {
        public Task<Head?> Current { get; set; } = Task.FromResult<Head?>(null);

        public Task<Head?>? Next { get; set; }
    }

    private sealed record Remembered(ChannelName Channel, Head? Head, DateTimeOffset BeganAt);
}
