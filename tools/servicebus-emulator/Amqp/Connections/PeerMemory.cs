namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// What all connections hold of the emulator's memory besides the broker's messages: parts of messages, answers not
/// taken, links, messages on their way out. Each has a share; when all shares together reach the limit, the connection
/// with the largest is ended. So a peer that hoards takes from itself, and one that asks for little always gets it.
/// </summary>
internal sealed class PeerMemory(long maxBytes, long maxBytesPerConnection)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Share> _shares = [];
    private long _used;

    /// <summary>What all connections hold together.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>Makes the share of a new connection; <paramref name="end"/> cuts it, from any thread.</summary>
    public Share Open(Action end)
    {
        var share = new Share(this, end);
        lock (_gate)
        {
            _shares.Add(share);
        }

        return share;
    }

    private bool TryTake(Share share, long bytes, long limit)
    {
        Share? largest = null;
        lock (_gate)
        {
            if (share.UsedBytes + bytes > limit || !_shares.Contains(share))
            {
                return false;
            }

            share.UsedBytes += bytes;
            _used += bytes;
            if (_used > maxBytes)
            {
                largest = _shares.MaxBy(candidate => candidate.UsedBytes)!;
                Remove(largest);
            }
        }

        largest?.End();
        return largest != share;
    }

    private void GiveBack(Share share, long bytes)
    {
        lock (_gate)
        {
            if (_shares.Contains(share))
            {
                share.UsedBytes -= bytes;
                _used -= bytes;
            }
        }
    }

    private void Close(Share share)
    {
        lock (_gate)
        {
            Remove(share);
        }
    }

    private void Remove(Share share)
    {
        if (_shares.Remove(share))
        {
            _used -= share.UsedBytes;
        }
    }

    /// <summary>One connection's part. May be used from any thread.</summary>
    internal sealed class Share(PeerMemory owner, Action end) : IDisposable
    {
        /// <summary>What the connection holds; changed by the owner alone.</summary>
        public long UsedBytes { get; set; }

        /// <summary>Takes bytes that the peer asks for; false where that is more than one connection may hold.</summary>
        public bool TryTake(long bytes) => owner.TryTake(this, bytes, owner.MaxBytesPerConnection);

        /// <summary>
        /// Takes bytes that were handed to the connection and are held already: only the limit of all counts.
        /// </summary>
        public void Take(long bytes) => owner.TryTake(this, bytes, long.MaxValue - bytes);

        public void GiveBack(long bytes) => owner.GiveBack(this, bytes);

        public void End() => end();

        public void Dispose() => owner.Close(this);
    }

    private long MaxBytesPerConnection => maxBytesPerConnection;
}
