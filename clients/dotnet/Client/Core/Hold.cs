using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>
/// Messages of one epoch that came before their turn (R2). Bounded: when it is full the highest are dropped, since they
/// are needed last and the log has them; but the highest offset ever seen is remembered, and only who has reached that
/// is caught up.
/// </summary>
internal sealed class Hold(int maxMessages, int maxBytes)
{
    private readonly SortedList<long, GatewayMessage> _held = [];
    private int _bytes;

    /// <summary>The highest offset seen or noticed, held or not.</summary>
    public long HighestSeen { get; private set; }

    /// <summary>True where a message was dropped that is still to come.</summary>
    public bool HasDropped => HighestDropped > 0;

    public int Count => _held.Count;

    private long HighestDropped { get; set; }

    /// <summary>Remembers that an offset exists.</summary>
    public void Note(long offset) => HighestSeen = Math.Max(HighestSeen, offset);

    public void Add(GatewayMessage message)
    {
        Note(message.Offset);
        if (!_held.TryAdd(message.Offset, message))
        {
            return;
        }

        _bytes += message.Data.Length;
        while (_held.Count > maxMessages || (_bytes > maxBytes && _held.Count > 1))
        {
            var last = _held.Count - 1;
            HighestDropped = Math.Max(HighestDropped, _held.GetKeyAtIndex(last));
            _bytes -= _held.GetValueAtIndex(last).Data.Length;
            _held.RemoveAt(last);
        }
    }

    /// <summary>Takes a message out, where it is held.</summary>
    public GatewayMessage? Take(long offset)
    {
        if (!_held.Remove(offset, out var message))
        {
            return null;
        }

        _bytes -= message.Data.Length;
        return message;
    }

    /// <summary>The lowest offset held at or above a given one; null where there is none.</summary>
    public long? FirstFrom(long offset)
    {
        foreach (var held in _held.Keys)
        {
            if (held >= offset)
            {
                return held;
            }
        }

        return null;
    }

    /// <summary>Forgets what lies at or below an offset that was handed on.</summary>
    public void Reached(long offset)
    {
        while (_held.Count > 0 && _held.GetKeyAtIndex(0) <= offset)
        {
            Take(_held.GetKeyAtIndex(0));
        }

        if (HighestDropped <= offset)
        {
            HighestDropped = 0;
        }
    }

    /// <summary>Begins anew, for another epoch.</summary>
    public void Clear(long highestSeen)
    {
        _held.Clear();
        _bytes = 0;
        HighestDropped = 0;
        HighestSeen = highestSeen;
    }
}
