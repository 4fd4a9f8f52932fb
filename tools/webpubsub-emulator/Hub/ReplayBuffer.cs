namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// The messages of one reliable connection that its client has not acknowledged, in order, each under a sequence id
/// that only ever rises. They are kept over the loss of a socket and sent again on the next one. The buffer is bounded by
/// count and by bytes; what finds no room is an outcome that ends the connection, since a gap may never be silent.
/// Messages whose time is over make room first.
/// https://learn.microsoft.com/azure/azure-web-pubsub/howto-develop-reliable-clients
/// </summary>
internal sealed class ReplayBuffer(int maxMessages, long maxBytes)
{
    private Queue<Entry> _entries = new();
    private long _bytes;

    /// <summary>The id of the newest message; 0 before the first.</summary>
    public ulong LastSequenceId { get; private set; }

    /// <summary>Numbers and keeps a message; false, and nothing is changed, when there is no room for it.</summary>
    public bool TryAdd(ClientCodec codec, in OutboundFrame message, long now, out OutboundFrame sequenced)
    {
        sequenced = codec.Sequenced(message, LastSequenceId + 1);
        if (!HasRoomFor(sequenced.Length))
        {
            DropExpired(now);
            if (!HasRoomFor(sequenced.Length)) return false;
        }

        LastSequenceId++;
        _bytes += sequenced.Length;
        _entries.Enqueue(new Entry(LastSequenceId, sequenced));
        return true;
    }

    /// <summary>
    /// Forgets everything up to a sequence id. An id beyond the newest one acknowledges what there is, and nothing that
    /// is still to come.
    /// </summary>
    public void Acknowledge(ulong sequenceId)
    {
        while (_entries.TryPeek(out var oldest) && oldest.SequenceId <= sequenceId)
        {
            _entries.Dequeue();
            _bytes -= oldest.Frame.Length;
        }
    }

    /// <summary>What must be sent again, in order; the outbox leaves out what is over by then.</summary>
    public IEnumerable<OutboundFrame> Unacknowledged => _entries.Select(entry => entry.Frame);

    private bool HasRoomFor(int bytes) => _entries.Count < maxMessages && _bytes + bytes <= maxBytes;

    private void DropExpired(long now)
    {
        var kept = new Queue<Entry>(_entries.Where(entry => entry.Frame.ExpiresAt > now));
        _bytes = kept.Sum(entry => (long)entry.Frame.Length);
        _entries = kept;
    }

    private readonly record struct Entry(ulong SequenceId, OutboundFrame Frame);
}
