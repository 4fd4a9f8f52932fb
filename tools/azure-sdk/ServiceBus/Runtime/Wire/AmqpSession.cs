using Amqp.Framing;
using Amqp.Types;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>
/// A session: the windows that bound what is under way, and the deliveries whose outcome is awaited. Each entity link
/// has a session of its own, as in the official package, so that one slow link holds up no other.
/// </summary>
internal sealed class AmqpSession
{
    private readonly AmqpConnection _connection;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AmqpLink> _links = [];
    private readonly Dictionary<uint, AmqpLink> _byRemoteHandle = [];
    private readonly PendingOutcomes _sent = new();
    private readonly PendingOutcomes _settling = new();
    private readonly SessionWindows _windows = new();
    private uint _nextDeliveryId;
    private bool _endSent;

    private AmqpSession(AmqpConnection connection)
    {
        _connection = connection;
        Channel = connection.AddSession(this);
    }

    public ushort Channel { get; }

    public AmqpFault? Fault { get; private set; }

    public static async Task<AmqpSession> BeginAsync(AmqpConnection connection, CancellationToken cancellationToken)
    {
        var session = new AmqpSession(connection);
        lock (connection.Gate)
        {
            connection.ThrowIfEndedLocked();
            session.SendLocked(SessionWindows.Begin());
        }

        try
        {
            await session._begun.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            session.SendEnd();
            throw;
        }
    }

    public void Attach(AmqpLink link, Attach attach)
    {
        lock (_connection.Gate)
        {
            ThrowIfEndedLocked();
            attach.Handle = (uint)_links.Count;
            link.Handle = attach.Handle;
            _links.Add(link);
            SendLocked(attach);
        }
    }

    public void SendLocked(DescribedList performative, ReadOnlySpan<byte> payload = default) =>
        _connection.Writer.AddLocked(Channel, performative, payload);

    /// <summary>Sends what the peer must know of a link's credit, with the windows of the session.</summary>
    public void SendFlowLocked(Flow flow)
    {
        _windows.Fill(flow);
        SendLocked(flow);
    }

    /// <summary>Gives a delivery its number and remembers who waits for its outcome.</summary>
    public (uint Id, Task<DeliveryState?> Outcome) BeginDeliveryLocked()
    {
        ThrowIfEndedLocked();
        var id = _nextDeliveryId++;
        return (id, _sent.Add(id));
    }

    public void ForgetDelivery(uint id)
    {
        lock (_connection.Gate)
        {
            _sent.Forget(id);
        }
    }

    /// <summary>Sends one frame of a delivery once the peer's window is open.</summary>
    public async Task TransferAsync(Transfer transfer, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _connection.Writer.RoomAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            Task changed;
            lock (_connection.Gate)
            {
                ThrowIfEndedLocked();
                if (_windows.TryTake())
                {
                    SendLocked(transfer, payload.Span);
                    return;
                }

                changed = _windows.Opened;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Proposes an outcome for a received delivery; the broker's answer says what became of it.</summary>
    public Task<DeliveryState?> SettleLocked(uint deliveryId, DeliveryState state)
    {
        ThrowIfEndedLocked();
        SendLocked(new Dispose { Role = true, First = deliveryId, Last = deliveryId, Settled = false, State = state });
        return _settling.Add(deliveryId);
    }

    public void ThrowIfEndedLocked()
    {
        _connection.ThrowIfEndedLocked();
        if (Fault is { } fault)
        {
            throw new AmqpFault(fault.Condition, fault.Message, fault);
        }
    }

    /// <summary>Says end, with or without an answer to come; the channel is free when the answer is here.</summary>
    public void SendEnd()
    {
        lock (_connection.Gate)
        {
            SendEndLocked(new AmqpFault(AmqpFault.ClosedHere, "The link was closed."));
        }
    }

    /// <summary>Says end for a reason; also when the peer detached a link, since none is of use without the others.</summary>
    public void SendEndLocked(AmqpFault fault)
    {
        if (!_endSent && _connection.IsOpen)
        {
            _endSent = true;
            SendLocked(new End());
        }

        EndLocked(fault);
    }

    /// <summary>Ends, and waits until the peer has ended too: what it held for the session's links is free then.</summary>
    public Task EndAsync(CancellationToken cancellationToken)
    {
        SendEnd();
        return _ended.Task.WaitAsync(cancellationToken);
    }

    public void EndLocked(AmqpFault fault)
    {
        if (!_connection.IsOpen)
        {
            _ended.TrySetResult();
        }

        if (Fault is not null)
        {
            return;
        }

        Fault = fault;
        _begun.TrySetException(fault);
        _ = _begun.Task.Exception;
        foreach (var link in _links)
        {
            link.EndLocked(fault);
        }

        FailWaitersLocked(fault);
        _windows.WakeAll();
    }

    /// <summary>No outcome comes any more: one of the session's links has ended.</summary>
    public void FailWaitersLocked(AmqpFault fault)
    {
        _sent.Fail(fault);
        _settling.Fail(fault);
    }

    public void OnFrameLocked(Described performative, ReadOnlyMemory<byte> payload)
    {
        if (_endSent && performative is not End)
        {
            // The peer had not heard of the end when it sent this.
            return;
        }

        switch (performative)
        {
            case Begin begin:
                _windows.OnBegin(begin);
                _begun.TrySetResult();
                break;
            case Attach attach:
                OnAttachLocked(attach);
                break;
            case Flow flow:
                OnFlowLocked(flow);
                break;
            case Transfer transfer:
                OnTransferLocked(transfer, payload);
                break;
            case Dispose disposition:
                OnDispositionLocked(disposition);
                break;
            case Detach detach when _byRemoteHandle.Remove(detach.Handle, out var link):
                link.OnDetachLocked(detach);
                break;
            case End end:
                OnEndLocked(end);
                break;
        }
    }

    private void OnAttachLocked(Attach attach)
    {
        // Our sender is the peer's receiver: roles mirror.
        var link = _links.Find(link => link.Name == attach.LinkName && link.IsReceiver != attach.Role);
        if (link is not null)
        {
            _byRemoteHandle[attach.Handle] = link;
            link.OnAttachLocked(attach);
        }
    }

    private void OnFlowLocked(Flow flow)
    {
        _windows.OnFlow(flow);
        if (flow.HasHandle && _byRemoteHandle.TryGetValue(flow.Handle, out var link))
        {
            link.OnFlowLocked(flow);
        }
        else if (flow.Echo)
        {
            SendFlowLocked(new Flow());
        }
    }

    private void OnTransferLocked(Transfer transfer, ReadOnlyMemory<byte> payload)
    {
        var isLow = _windows.OnTransfer();
        if (_byRemoteHandle.TryGetValue(transfer.Handle, out var link))
        {
            link.OnTransferLocked(transfer, payload);
        }

        if (isLow)
        {
            SendFlowLocked(new Flow());
        }
    }

    private void OnDispositionLocked(Dispose disposition)
    {
        // The receiver speaks of what we sent, the sender of what we received.
        var waiting = disposition.Role ? _sent : _settling;
        var last = disposition.HasField(2) ? disposition.Last : disposition.First;
        waiting.Complete(disposition.First, last, disposition.State);

        if (!disposition.Settled)
        {
            SendLocked(new Dispose
            {
                Role = !disposition.Role,
                First = disposition.First,
                Last = last,
                Settled = true,
                State = disposition.State,
            });
        }
    }

    private void OnEndLocked(End end)
    {
        if (!_endSent)
        {
            _endSent = true;
            SendLocked(new End());
        }

        EndLocked(AmqpFault.From(end.Error, "amqp:session:ended"));
        _connection.RemoveSessionLocked(this);
        _ended.TrySetResult();
    }
}
