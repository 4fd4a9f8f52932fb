using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>A head to commit on.</summary>
/// <param name="Stored">The head, and the tag that fences the commit. The head may be the first of an epoch that the
/// commit begins.</param>
/// <param name="IsCached">It was read or written in an earlier invocation, so somebody else may have written
/// since.</param>
/// <param name="BeginsEpoch">The store does not hold this epoch yet.</param>
internal sealed record LoadedHead(StoredHead Stored, bool IsCached, bool BeginsEpoch = false);

/// <summary>
/// Heads with their tags, kept between invocations so that a commit needs no read (rule S4); bounded by bytes,
/// forgotten after any conflict. How far this process has committed is remembered beyond that: a head that is read
/// later and lies below it means that the store has lost commits (rule E3).
/// </summary>
internal sealed class HeadCache(IChannelLog log, EpochFactory epochs, IOptions<SequencingOptions> options)
{
    private const int EntryBytes = 400;
    private const int PublisherBytes = 120;

    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _bytes;

    /// <summary>The head to commit on: from memory, or by a read.</summary>
    public async Task<LoadedHead> LoadAsync(ChannelName channel, InvocationTime time)
    {
        if (Find(channel)?.Stored is { } cached)
        {
            return new LoadedHead(cached, true);
        }

        var stored = await time.WithinAsync(options.Value.StoreTimeout, token => log.ReadHeadAsync(channel, token));
        if (stored.Head is not { } head)
        {
            return Renew(stored);
        }

        var known = Find(channel);
        var hasLostCommits = known is not null && known.Epoch == head.Epoch && head.LastOffset < known.Committed;
        return hasLostCommits || epochs.IsOutlived(head.Epoch) ? Renew(stored) : new LoadedHead(stored, false);
    }

    /// <summary>
    /// The same row with the first head of a new epoch: the next commit begins it, under the tag that was read.
    /// </summary>
    public LoadedHead Renew(StoredHead stored) =>
        new(stored with { Head = Head.Begin(epochs.Create(), stored.Head) }, IsCached: false, BeginsEpoch: true);

    /// <summary>Remembers what was written.</summary>
    public void Keep(ChannelName channel, StoredHead stored) =>
        Put(new Entry(channel, stored, stored.Head!.Epoch, stored.Head.LastOffset));

    /// <summary>Changes a remembered head in what need not be stored at once; the next commit stores it.</summary>
    public void Amend(ChannelName channel, string epoch, Func<Head, Head> change)
    {
        if (Find(channel) is { Stored.Head: { } head } entry && head.Epoch == epoch)
        {
            Put(entry with { Stored = entry.Stored with { Head = change(head) } });
        }
    }

    /// <summary>Forgets the head, not how far it was committed.</summary>
    public void Forget(ChannelName channel)
    {
        if (Find(channel) is { } entry)
        {
            Put(entry with { Stored = null });
        }
    }

    private Entry? Find(ChannelName channel)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(channel, out var node) ? node.Value : null;
        }
    }

    private void Put(Entry entry)
    {
        lock (_lock)
        {
            Remove(entry.Channel);
            _entries[entry.Channel] = _byUse.AddLast(entry);
            _bytes += SizeOf(entry);
            while (_bytes > options.Value.MaxCachedBytes && _byUse.First is { } oldest)
            {
                Remove(oldest.Value.Channel);
            }
        }
    }

    private void Remove(ChannelName channel)
    {
        if (_entries.Remove(channel, out var node))
        {
            _byUse.Remove(node);
            _bytes -= SizeOf(node.Value);
        }
    }

    private static int SizeOf(Entry entry) => EntryBytes
        + ((entry.Stored?.Head?.Publishers.Count ?? 0) * PublisherBytes) + ((entry.Stored?.Head?.Envelopes.Count ?? 0) * PublisherBytes);

    /// <param name="Channel">The channel.</param>
    /// <param name="Stored">The head; null where it is forgotten.</param>
    /// <param name="Epoch">The epoch in which this process committed last.</param>
    /// <param name="Committed">Its highest offset that this process has committed.</param>
    private sealed record Entry(ChannelName Channel, StoredHead? Stored, string Epoch, long Committed);
}
