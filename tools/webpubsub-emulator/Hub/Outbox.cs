namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What became of a frame offered to an <see cref="Outbox"/>.</summary>
internal enum OutboxResult
{
    Queued,
    Full,
    Ended,
}

/// <summary>Told of what an outbox holds for its reader. Called by whoever sends, so it must not block.</summary>
internal interface IOutboxListener
{
    /// <summary>A first frame waits, or the end is decided.</summary>
    void OnReady();

    /// <summary>The end is decided; frames that still wait go out first where the outbox kept them.</summary>
    void OnEnding(ConnectionEnd end);
}

/// <summary>
/// The frames waiting for one client, bounded by count and by bytes. Senders only ever add; a full outbox is an
/// outcome that the hub turns into the end of this one connection, so that no client slows another down. The reader
/// takes frames in order and learns of the end after the last of them, or at once when the rest was discarded. Frames
/// whose time is over by then are left out: a message of that kind is meant for clients that keep up.
/// An outbox lives as long as one socket; a reliable connection gets a new one with each.
/// </summary>
internal sealed class Outbox(int maxFrames, long maxBytes, IOutboxListener? listener, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<OutboundFrame> _frames = new();
    private long _bytes;
    private ConnectionEnd? _end;

    /// <summary>The end of the connection once it is decided, also while frames still wait.</summary>
    public ConnectionEnd? End
    {
        get
        {
            lock (_gate) return _end;
        }
    }

    public int Count
    {
        get
        {
            lock (_gate) return _frames.Count;
        }
    }

    public OutboxResult TryEnqueue(in OutboundFrame frame)
    {
        bool first;
        lock (_gate)
        {
            if (_end is not null) return OutboxResult.Ended;
            if (_frames.Count >= maxFrames || _bytes + frame.Length > maxBytes) return OutboxResult.Full;
            first = _frames.Count == 0;
            _frames.Enqueue(frame);
            _bytes += frame.Length;
        }

        if (first) listener?.OnReady();
        return OutboxResult.Queued;
    }

    /// <summary>Takes the next frame; false when none waits, and then <paramref name="end"/> tells whether one will come.</summary>
    public bool TryDequeue(out OutboundFrame frame, out ConnectionEnd? end)
    {
        lock (_gate)
        {
            while (_frames.TryDequeue(out frame))
            {
                _bytes -= frame.Length;
                if (frame.ExpiresAt != OutboundFrame.Never && frame.ExpiresAt <= time.GetTimestamp()) continue;
                end = null;
                return true;
            }

            end = _end;
            return false;
        }
    }

    /// <summary>Ends the outbox, once: the first reason stays. With <paramref name="discard"/> what waits is thrown away.</summary>
    public bool Complete(ConnectionEnd end, bool discard)
    {
        lock (_gate)
        {
            if (_end is not null) return false;
            _end = end;
            if (discard)
            {
                _frames.Clear();
                _bytes = 0;
            }
        }

        listener?.OnEnding(end);
        listener?.OnReady();
        return true;
    }
}
