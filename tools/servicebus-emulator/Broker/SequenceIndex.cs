using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The messages of an entity by sequence number. Numbers almost always arrive rising and leave near the front, so a
/// sorted list with holes beats a tree: adding is an append, finding a binary search, and the holes are swept when
/// they outnumber the messages. (Dead letters keep their number and may arrive out of order: they are inserted.)
/// </summary>
internal sealed class SequenceIndex
{
    private const int SweepAt = 64;

    private readonly List<Entry> _entries = [];

    /// <summary>The first live entry; what lies before are holes, out of every search, swept with the others.</summary>
    private int _start;

    internal int Count { get; private set; }

    internal void Add(StoredMessage message)
    {
        var entry = new Entry(message.SequenceNumber, message);
        if (_entries.Count == 0 || _entries[^1].SequenceNumber < entry.SequenceNumber)
        {
            _entries.Add(entry);
        }
        else
        {
            Insert(entry);
        }

        Count++;
    }

    internal void Remove(StoredMessage message)
    {
        var at = FirstAtOrAfter(message.SequenceNumber);
        if (at >= _entries.Count || _entries[at].Message != message)
        {
            throw new InvalidOperationException($"The message {message.SequenceNumber} is not in the index.");
        }

        _entries[at] = new Entry(message.SequenceNumber, null);
        Count--;
        if (Count == 0)
        {
            _entries.Clear();
            _start = 0;
            return;
        }

        while (_entries[_start].Message is null)
        {
            _start++;
        }

        var holes = _entries.Count - Count;
        if (holes > SweepAt && holes > Count)
        {
            _entries.RemoveAll(entry => entry.Message is null);
            _start = 0;
        }
    }

    internal bool TryFind(long sequenceNumber, [NotNullWhen(true)] out StoredMessage? message)
    {
        var at = FirstAtOrAfter(sequenceNumber);
        message = at < _entries.Count && _entries[at].SequenceNumber == sequenceNumber ? _entries[at].Message : null;
        return message is not null;
    }

    /// <summary>The messages from a number on, in the order of their numbers. Not to be changed while it is read.</summary>
    internal IEnumerable<StoredMessage> From(long sequenceNumber)
    {
        for (var at = FirstAtOrAfter(sequenceNumber); at < _entries.Count; at++)
        {
            if (_entries[at].Message is { } message)
            {
                yield return message;
            }
        }
    }

    private void Insert(Entry entry)
    {
        var at = FirstAtOrAfter(entry.SequenceNumber);
        if (_entries[at].SequenceNumber != entry.SequenceNumber)
        {
            _entries.Insert(at, entry);
            return;
        }

        if (_entries[at].Message is not null)
        {
            throw new InvalidOperationException($"The sequence number {entry.SequenceNumber} is taken.");
        }

        _entries[at] = entry;
    }

    private int FirstAtOrAfter(long sequenceNumber)
    {
        int low = _start, high = _entries.Count;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_entries[middle].SequenceNumber < sequenceNumber)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private readonly record struct Entry(long SequenceNumber, StoredMessage? Message);
}
