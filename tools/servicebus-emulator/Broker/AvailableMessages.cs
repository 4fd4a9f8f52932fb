namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Messages that wait for a receiver, lowest sequence number first. Fresh ones come in rising order and stand in a
/// plain queue; those that come back (abandoned, lock lost, session released) or arrive out of order (dead letters)
/// stand in a heap. The next message is the lower of the two heads: what comes back goes first.
/// </summary>
internal sealed class AvailableMessages
{
    private const int SweepAt = 64;

    private readonly PriorityQueue<StoredMessage, long> _returned = new();
    private Queue<StoredMessage> _fresh = new();
    private long _lastFresh = long.MinValue;

    internal int Count { get; private set; }

    internal void Add(StoredMessage message)
    {
        message.IsAvailable = true;
        Count++;
        if (message.SequenceNumber > _lastFresh)
        {
            _lastFresh = message.SequenceNumber;
            _fresh.Enqueue(message);
        }
        else
        {
            _returned.Enqueue(message, message.SequenceNumber);
        }
    }

    internal bool TryTake(out StoredMessage? message)
    {
        DropRemovedHeads();
        var hasFresh = _fresh.TryPeek(out var fresh);
        var hasReturned = _returned.TryPeek(out var returned, out _);
        if (hasReturned && (!hasFresh || returned!.SequenceNumber < fresh!.SequenceNumber))
        {
            message = _returned.Dequeue();
        }
        else if (hasFresh)
        {
            message = _fresh.Dequeue();
        }
        else
        {
            message = null;
            return false;
        }

        message.IsAvailable = false;
        Count--;
        return true;
    }

    /// <summary>Takes out a message that expired while it waited; its entry is dropped or swept later.</summary>
    internal void Forget(StoredMessage message)
    {
        message.IsAvailable = false;
        Count--;
        DropRemovedHeads();
        var stale = _fresh.Count + _returned.Count - Count;
        if (stale > SweepAt && stale > Count)
        {
            Sweep();
        }
    }

    private void DropRemovedHeads()
    {
        while (_fresh.TryPeek(out var fresh) && !fresh.IsAvailable)
        {
            _fresh.Dequeue();
        }

        while (_returned.TryPeek(out var returned, out _) && !returned.IsAvailable)
        {
            _returned.Dequeue();
        }
    }

    private void Sweep()
    {
        _fresh = new Queue<StoredMessage>(_fresh.Where(message => message.IsAvailable));
        var returned = _returned.UnorderedItems.Where(item => item.Element.IsAvailable).ToArray();
        _returned.Clear();
        _returned.EnqueueRange(returned);
    }
}
