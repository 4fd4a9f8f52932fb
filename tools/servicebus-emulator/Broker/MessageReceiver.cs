namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// One receiver of a queue, or of a session held. Messages are pushed to its sink as far as it granted; receivers
/// that wait for the same queue are served in turn.
/// </summary>
public sealed class MessageReceiver
{
    private readonly BrokerKernel _kernel;
    private readonly MessageQueue _queue;
    private readonly SessionLease? _lease;
    private readonly IDeliverySink _sink;
    private readonly Action<MessageReceiver> _granted;
    private readonly Action<MessageReceiver> _closed;
    private long _delivered;
    private long _limit;
    private long _deliveredAtDrain;

    /// <summary>Messages taken for receive-and-delete whose removal is not durable yet.</summary>
    private int _unhanded;
    private bool _isDraining;
    private volatile bool _isClosed;

    internal MessageReceiver(
        BrokerKernel kernel,
        MessageQueue queue,
        SessionLease? lease,
        ReceiveMode mode,
        IDeliverySink sink,
        (Action<MessageReceiver> Granted, Action<MessageReceiver> Closed) owner)
    {
        _kernel = kernel;
        _queue = queue;
        _lease = lease;
        _sink = sink;
        (_granted, _closed) = owner;
        Mode = mode;
    }

    /// <summary>How messages are handed over.</summary>
    public ReceiveMode Mode { get; }

    /// <summary>How many messages were given to the sink so far, those under way to it included.</summary>
    public long Delivered
    {
        get
        {
            using var scope = _kernel.Enter();
            return _delivered;
        }
    }

    /// <summary>Its place in the queue's line of receivers that have a grant; null when it does not stand there.</summary>
    internal LinkedListNode<MessageReceiver>? Place { get; set; }

    internal bool WantsMore => !_isClosed && _delivered < _limit;

    /// <summary>
    /// Sets up to how many messages in all the sink may be handed: for AMQP the link's delivery-count plus
    /// link-credit of the last flow, counted from 0. Being absolute, it needs no agreement on what is under way.
    /// A limit at or below <see cref="Delivered"/> stops deliveries. The sink may be handed the whole grant at once:
    /// whoever relays a peer's grant bounds it by what it can hold.
    /// </summary>
    public void SetDeliveryLimit(long total)
    {
        using var scope = _kernel.Enter();
        Grant(total);
    }

    /// <summary>Grants <paramref name="count"/> more messages than are granted now.</summary>
    public void AddCredit(int count)
    {
        using var scope = _kernel.Enter();
        Grant(Math.Max(_limit, _delivered) + count);
    }

    /// <summary>
    /// Hands over what is available up to the limit, takes back the rest of the grant, then calls
    /// <see cref="IDeliverySink.OnDrained"/>.
    /// </summary>
    public void Drain()
    {
        using var scope = _kernel.Enter();
        if (_isClosed)
        {
            return;
        }

        // Whatever is available was handed over when the limit was set or the message came.
        if (_delivered == _deliveredAtDrain)
        {
            _queue.Counters.Billed();
        }

        _limit = _delivered;
        _deliveredAtDrain = _delivered;
        _isDraining = true;
        AnswerDrain();
    }

    /// <summary>
    /// Ends the receiver: no delivery follows. Outside sessions its locked messages keep their locks until they
    /// are settled or expire; in a session, closing the lease gives them back.
    /// </summary>
    public void Close()
    {
        using var scope = _kernel.Enter();
        if (!_isClosed)
        {
            _isClosed = true;
            _closed(this);
        }
    }

    /// <summary>Ends the receiver from the broker's side.</summary>
    internal void End(BrokerError reason)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _kernel.Post(() => _sink.OnClosed(reason));
    }

    /// <summary>Takes a message for this receiver.</summary>
    internal void Hand(StoredMessage message)
    {
        _delivered++;
        _queue.Counters.Received(message.Message.Payload.Length);
        if (Mode == ReceiveMode.PeekLock)
        {
            PostDelivery(_queue.Lock(message, _lease));
            return;
        }

        // At most once: it is handed over when its removal is durable, not before.
        var delivery = new Delivery(message.ToSnapshot(), Guid.Empty, null);
        _unhanded++;
        _queue.Take(message, error =>
        {
            _unhanded--;
            if (error is null)
            {
                PostDelivery(delivery);
            }

            AnswerDrain();
        });
    }

    private void Grant(long limit)
    {
        if (_isClosed)
        {
            return;
        }

        _limit = limit;
        _granted(this);
    }

    private void AnswerDrain()
    {
        if (_isDraining && _unhanded == 0 && !_isClosed)
        {
            _isDraining = false;
            _kernel.Post(_sink.OnDrained);
        }
    }

    private void PostDelivery(Delivery delivery) => _kernel.Post(() =>
    {
        if (_isClosed)
        {
            // Closed while the message was on its way to the sink: nobody has seen it.
            _queue.GiveBack(delivery.LockToken);
        }
        else
        {
            _sink.OnDelivery(delivery);
        }
    });
}
