using Amqp.Framing;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>A link on which the peer receives: credit, drain, and cutting messages into frames.</summary>
internal abstract class OutgoingLink(AmqpSession session, Attach attach) : AmqpLink(session, attach)
{
    private OutgoingMessage? _current;
    private int _currentSent;
    private uint _deliveryCount;
    private long _currentHeld;

    /// <summary>Whether the connection's loop has this link in its line of those with something to send.</summary>
    public bool IsReady { get; set; }

    /// <summary>What the peer may still be sent.</summary>
    public uint Credit { get; private set; }

    /// <summary>Whether the peer asked for what is there and its credit back.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Deliveries ever made, counted without the credit that drains used up.</summary>
    public long Delivered { get; private set; }

    public override void OnFlow(Flow flow)
    {
        // Credit counts from the peer's view of delivery-count, which may lack what is under way to it.
        var seen = flow.HasField(5) ? flow.DeliveryCount : 0;
        var underWay = unchecked((int)(_deliveryCount - seen));
        Credit = (uint)Math.Clamp(flow.LinkCredit - (long)underWay, 0, int.MaxValue);
        IsDraining = flow.Drain;
        if (!IsAttached)
        {
            // Granted ahead of our attach: it counts from then on.
            return;
        }

        UseCredit();
        if (flow.Echo)
        {
            SendFlow(drain: false);
        }

        Connection.Ready(this);
    }

    /// <summary>Sends up to <paramref name="maxMessages"/>; true if more could be sent at once.</summary>
    public bool Pump(int maxMessages)
    {
        for (var sent = 0; sent < maxMessages; sent++)
        {
            if (Connection.IsFull)
            {
                return true;
            }

            if (IsClosed || !IsAttached || (_current is null && !TryStart()))
            {
                return false;
            }

            if (!TrySendCurrent())
            {
                // Either the peer's window is closed, and its next flow opens it, or a flush makes room.
                return Session.HasRemoteWindow;
            }
        }

        return true;
    }

    /// <summary>Acts on the credit as it stands.</summary>
    protected void UseCredit()
    {
        if (IsDraining && Credit == 0 && _current is null)
        {
            FinishDrain();
        }
        else
        {
            OnCredit();
        }
    }

    /// <summary>The peer's verdict on a delivery.</summary>
    public abstract void OnDisposition(uint deliveryId, OutgoingDelivery delivery, DeliveryState? state, bool settled);

    /// <summary>The next message to send, if there is one; asked only while there is credit.</summary>
    protected abstract OutgoingMessage? Next();

    /// <summary>
    /// Whether a drain whose credit went into deliveries is over; the peer is told so, as of one that found nothing.
    /// </summary>
    protected virtual bool IsDrained() => true;

    /// <summary>The peer changed its credit.</summary>
    protected abstract void OnCredit();

    /// <summary>Uses up the credit that was left, and tells the peer that the drain is done.</summary>
    protected void FinishDrain()
    {
        _deliveryCount = unchecked(_deliveryCount + Credit);
        Credit = 0;
        IsDraining = false;
        SendFlow(drain: true);
    }

    private bool TryStart()
    {
        if (Credit == 0 && IsDraining && IsDrained())
        {
            FinishDrain();
        }

        if (Credit == 0 || !Session.CanSendDelivery)
        {
            return false;
        }

        _current = Next();
        _currentSent = 0;
        if (_current is { } message && message.Payload.Length > Connection.Writer.MaxFrameBytes)
        {
            // It may stay half sent for as long as the peer likes.
            _currentHeld = message.Payload.Length;
            HoldAnyway(_currentHeld);
        }

        return _current is not null;
    }

    private bool TrySendCurrent()
    {
        var message = _current!;
        while (Session.HasRemoteWindow && !Connection.IsFull)
        {
            var transfer = new Transfer { Handle = Handle, Settled = message.IsSettled };
            if (_currentSent == 0)
            {
                transfer.DeliveryId = Session.BeginDelivery(this, message);
                transfer.DeliveryTag = message.Tag;
                transfer.MessageFormat = 0;
            }

            _currentSent += Session.Send(transfer, message.Payload.Span[_currentSent..]);
            if (!transfer.More)
            {
                _current = null;
                GiveBack(_currentHeld);
                _currentHeld = 0;
                Credit--;
                Delivered++;
                _deliveryCount = unchecked(_deliveryCount + 1);
                return true;
            }
        }

        return false;
    }

    private void SendFlow(bool drain)
    {
        var flow = Session.NewFlow();
        flow.Handle = Handle;
        flow.DeliveryCount = _deliveryCount;
        flow.LinkCredit = Credit;
        if (drain)
        {
            flow.Drain = true;
        }

        Session.Send(flow);
    }
}
