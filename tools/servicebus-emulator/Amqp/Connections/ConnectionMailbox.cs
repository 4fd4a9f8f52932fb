namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// What other threads want done on a connection's loop: answers of the broker, deliveries, the clock's tick. One honest
/// item waits per message under way and per link, so the bound is only met by a bug or an attack; then the connection
/// ends.
/// </summary>
internal sealed class ConnectionMailbox(int capacity, Action wake, Action overflow)
{
    private readonly Lock _gate = new();
    private Queue<Action> _items = new();
    private Queue<Action> _spare = new();
    private bool _closed;

    /// <summary>
    /// Adds an item; false once the connection has ended, and then the caller gives back what it holds.
    /// </summary>
    public bool TryPost(Action item)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _items.Enqueue(item);
            if (_items.Count == capacity)
            {
                overflow();
            }
        }

        wake();
        return true;
    }

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _items.Count == 0;
            }
        }
    }

    /// <summary>Runs what waited when it was called; what is posted meanwhile waits for the next call.</summary>
    public void Drain()
    {
        Queue<Action> items;
        lock (_gate)
        {
            (items, _items, _spare) = (_items, _spare, _items);
        }

        while (items.TryDequeue(out var item))
        {
            item();
        }
    }

    /// <summary>Takes nothing more, and runs what is left.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }

        Drain();
    }
}
