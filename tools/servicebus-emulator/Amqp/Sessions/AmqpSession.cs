using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Disposition = Amqp.Framing.Dispose;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// One AMQP session: windows of transfer frames in both directions, delivery ids, and the links. Called on the
/// connection's loop alone.
/// </summary>
internal sealed class AmqpSession
{
    private readonly Dictionary<uint, AmqpLink> _links = [];
    private readonly HashSet<uint> _awaitingDetach = [];
    private readonly Dictionary<uint, OutgoingDelivery> _unsettled = [];
    private readonly LinkFactory _factory;
    private readonly ushort _number;
    private AcceptedRange _accepted = new();
    private uint _nextIncomingId;
    private int _incomingWindow;
    private uint _nextOutgoingId = 1;
    private uint _nextDeliveryId;
    private int _remoteWindow;

    public AmqpSession(AmqpConnection connection, ushort number, Begin begin, LinkFactory factory)
    {
        Connection = connection;
        _number = number;
        _factory = factory;
        _nextIncomingId = begin.NextOutgoingId;
        _incomingWindow = connection.Limits.IncomingWindowFrames;
        _remoteWindow = (int)Math.Min(begin.IncomingWindow, int.MaxValue);
    }

    public AmqpConnection Connection { get; }

    public IEnumerable<AmqpLink> Links => _links.Values;

    /// <summary>Whether the peer can take a transfer frame.</summary>
    public bool HasRemoteWindow => _remoteWindow > 0;

    /// <summary>Whether another delivery may be started.</summary>
    public bool CanSendDelivery => _remoteWindow > 0 && _unsettled.Count < Connection.Limits.MaxUnsettledPerSession;

    public void Open() => Send(new Begin
    {
        RemoteChannel = _number,
        NextOutgoingId = _nextOutgoingId,
        IncomingWindow = (uint)_incomingWindow,
        OutgoingWindow = int.MaxValue,
        HandleMax = (uint)Connection.Limits.MaxLinksPerSession - 1,
    });

    public void OnAttach(Attach attach, int frameBytes)
    {
        if (_links.ContainsKey(attach.Handle) || _awaitingDetach.Contains(attach.Handle))
        {
            throw new AmqpFaultException(ErrorCode.HandleInUse, $"Handle {attach.Handle} is in use.");
        }

        if (attach.Handle >= Connection.Limits.MaxLinksPerSession)
        {
            throw new AmqpFaultException(
                ErrorCode.NotAllowed,
                $"Handle {attach.Handle} is above the limit of {Connection.Limits.MaxLinksPerSession} links.");
        }

        // Names are unique in each direction: who attaches a link again takes it from its old end.
        _links.Values.FirstOrDefault(link => link.IsNamedBy(attach))?.Detach(
            new Error(ErrorCode.Stolen) { Description = $"The link '{attach.LinkName}' was attached again." });
        var link = _factory.Create(this, attach);
        link.HoldAttach(frameBytes);
        _links.Add(attach.Handle, link);
        link.Open();
    }

    public void OnDetach(Detach detach)
    {
        if (!_awaitingDetach.Remove(detach.Handle))
        {
            LinkOf(detach.Handle).OnPeerDetach(detach);
        }
    }

    public void OnFlow(Flow flow)
    {
        // Before the peer has seen our begin it knows no next-incoming-id: then its window counts from our first.
        var seen = flow.HasField(0) ? flow.NextIncomingId : 1;
        _remoteWindow = unchecked((int)(seen + Math.Min(flow.IncomingWindow, int.MaxValue) - _nextOutgoingId));
        ReadyAll();
        if (!flow.HasHandle)
        {
            if (flow.Echo)
            {
                Send(NewFlow());
            }
        }
        else if (!_awaitingDetach.Contains(flow.Handle))
        {
            LinkOf(flow.Handle).OnFlow(flow);
        }
    }

    public void OnTransfer(Transfer transfer, ReadOnlyMemory<byte> payload)
    {
        _nextIncomingId = unchecked(_nextIncomingId + 1);
        if (--_incomingWindow < 0)
        {
            throw new AmqpFaultException(ErrorCode.WindowViolation, "The session's window is used up.");
        }

        if (!_awaitingDetach.Contains(transfer.Handle))
        {
            if (LinkOf(transfer.Handle) is not IncomingLink link)
            {
                throw new AmqpFaultException(ErrorCode.NotAllowed, "A transfer came on a link that only receives.");
            }

            link.OnTransfer(transfer, payload);
        }

        if (_incomingWindow < Connection.Limits.IncomingWindowFrames / 2)
        {
            _incomingWindow = Connection.Limits.IncomingWindowFrames;
            Send(NewFlow());
        }
    }

    public void OnDisposition(Disposition disposition)
    {
        // A sender's dispositions only confirm what we settled already.
        if (!disposition.Role)
        {
            return;
        }

        var last = disposition.HasField(2) ? disposition.Last : disposition.First;
        var count = unchecked(last - disposition.First) + 1L;
        if (count > _unsettled.Count)
        {
            // A range is the peer's claim: never walk further than what exists.
            foreach (var id in _unsettled.Keys.Where(id => unchecked(id - disposition.First) < count).ToArray())
            {
                Settle(id, disposition);
            }

            return;
        }

        for (var i = 0u; i < count; i++)
        {
            Settle(unchecked(disposition.First + i), disposition);
        }
    }

    public uint BeginDelivery(OutgoingLink link, OutgoingMessage message)
    {
        var id = _nextDeliveryId;
        _nextDeliveryId = unchecked(_nextDeliveryId + 1);
        if (!message.IsSettled)
        {
            _unsettled.Add(id, new OutgoingDelivery(link, message.LockToken));
        }

        return id;
    }

    /// <summary>Ends a delivery; where the peer awaits it, with the outcome that stands.</summary>
    public void SettleOutgoing(uint deliveryId, DeliveryState? outcome)
    {
        var wasFull = !CanSendDelivery;
        if (!_unsettled.Remove(deliveryId))
        {
            return;
        }

        if (outcome is not null)
        {
            Send(new Disposition { Role = false, First = deliveryId, Settled = true, State = outcome });
        }

        if (wasFull)
        {
            ReadyAll();
        }
    }

    public void AcceptIncoming(uint deliveryId)
    {
        if (_accepted.TryAdd(deliveryId))
        {
            Connection.MarkDirty(this);
            return;
        }

        FlushAccepted();
        AcceptIncoming(deliveryId);
    }

    public void SettleIncoming(uint deliveryId, DeliveryState outcome) =>
        Send(new Disposition { Role = true, First = deliveryId, Settled = true, State = outcome });

    /// <summary>Writes the acceptances that were gathered.</summary>
    public void FlushAccepted()
    {
        if (_accepted.IsEmpty)
        {
            return;
        }

        var disposition = new Disposition
        {
            Role = true,
            First = _accepted.First,
            Settled = true,
            State = new Accepted(),
        };
        if (_accepted.Last != _accepted.First)
        {
            disposition.Last = _accepted.Last;
        }

        _accepted.Clear();
        Send(disposition);
    }

    /// <summary>A flow with the session's part filled in.</summary>
    public Flow NewFlow() => new()
    {
        NextIncomingId = _nextIncomingId,
        IncomingWindow = (uint)_incomingWindow,
        NextOutgoingId = _nextOutgoingId,
        OutgoingWindow = int.MaxValue,
    };

    public void Send(DescribedList performative) => Connection.Writer.Amqp(_number, performative);

    public int Send(Transfer transfer, ReadOnlySpan<byte> payload)
    {
        _nextOutgoingId = unchecked(_nextOutgoingId + 1);
        _remoteWindow--;
        return Connection.Writer.Transfer(_number, transfer, payload);
    }

    /// <summary>Removes a link with its deliveries; messages that it locked keep their locks.</summary>
    public void Forget(AmqpLink link, bool awaitPeer)
    {
        _links.Remove(link.Handle);
        if (awaitPeer)
        {
            _awaitingDetach.Add(link.Handle);
        }

        foreach (var (id, delivery) in _unsettled)
        {
            if (delivery.Link == link)
            {
                _unsettled.Remove(id);
            }
        }
    }

    /// <summary>The session is over: its links give back what they hold.</summary>
    public void End()
    {
        foreach (var link in _links.Values)
        {
            link.End();
        }

        _links.Clear();
        _unsettled.Clear();
        _accepted.Clear();
    }

    private void ReadyAll()
    {
        foreach (var link in _links.Values)
        {
            if (link is OutgoingLink outgoing)
            {
                Connection.Ready(outgoing);
            }
        }
    }

    private void Settle(uint deliveryId, Disposition disposition)
    {
        if (_unsettled.TryGetValue(deliveryId, out var delivery) && !delivery.IsBeingSettled)
        {
            delivery.Link.OnDisposition(deliveryId, delivery, disposition.State, disposition.Settled);
        }
    }

    private AmqpLink LinkOf(uint handle) => _links.TryGetValue(handle, out var link)
        ? link
        : throw new AmqpFaultException(ErrorCode.UnattachedHandle, $"No link has handle {handle}.");
}
