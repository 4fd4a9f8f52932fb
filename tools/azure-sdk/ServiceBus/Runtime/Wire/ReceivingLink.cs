using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>A message as it came over a link, to be settled there.</summary>
internal sealed record IncomingDelivery(ReceivingLink Link, uint Id, byte[] Tag, Message Message, bool IsSettled);

/// <summary>Receives as many messages as it has given credit for; what arrived waits here until it is taken.</summary>
internal sealed class ReceivingLink(AmqpConnection connection, AmqpSession session, string name)
    : AmqpLink(connection, session, name)
{
    private readonly Queue<IncomingDelivery> _arrived = new();
    private Transfer? _firstTransfer;
    private MemoryStream? _parts;
    private uint _deliveryCount;
    private uint _credit;
    private bool _draining;

    /// <summary>How many messages those who wait would take, and how many may wait here beyond that.</summary>
    private uint _wanted;
    private uint _prefetch;

    public override bool IsReceiver => true;

    /// <summary>Takes what has arrived, waiting for the first; asks the broker for what is missing.</summary>
    public async Task<IReadOnlyList<IncomingDelivery>> ReceiveAsync(
        int maxMessages, uint prefetch, CancellationToken cancellationToken)
    {
        lock (Connection.Gate)
        {
            ThrowIfEndedLocked();
            _wanted += (uint)maxMessages;
            _prefetch = prefetch;
            AskLocked();
        }

        try
        {
            IReadOnlyList<IncomingDelivery> taken = [];
            await UntilAsync(() => (taken = TakeLocked(maxMessages)).Count > 0, cancellationToken).ConfigureAwait(false);
            return taken;
        }
        finally
        {
            lock (Connection.Gate)
            {
                _wanted -= (uint)maxMessages;
            }
        }
    }

    /// <summary>
    /// Takes credit back. Returns when no further message can come: those that were on their way have arrived, so
    /// nothing is locked for a receiver that no longer waits. Where others still wait, the credit is theirs.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (Connection.Gate)
        {
            ThrowIfEndedLocked();
            if (_credit == 0 || _wanted > 0 || _prefetch > 0)
            {
                return;
            }

            _draining = true;
            SendCreditLocked();
        }

        await UntilAsync(() => !_draining, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes what has arrived without waiting.</summary>
    public IReadOnlyList<IncomingDelivery> TakeArrived(int maxMessages)
    {
        lock (Connection.Gate)
        {
            return TakeLocked(maxMessages);
        }
    }

    /// <summary>Settles a delivery and returns what the broker says became of it.</summary>
    public Task<DeliveryState?> SettleAsync(
        IncomingDelivery delivery, DeliveryState state, CancellationToken cancellationToken)
    {
        Task<DeliveryState?> outcome;
        lock (Connection.Gate)
        {
            ThrowIfEndedLocked();
            outcome = Session.SettleLocked(delivery.Id, state);
        }

        return outcome.WaitAsync(cancellationToken);
    }

    /// <summary>Accepts a delivery without asking what became of it.</summary>
    public void Accept(IncomingDelivery delivery)
    {
        lock (Connection.Gate)
        {
            SendSettledLocked(delivery, new Accepted());
        }
    }

    /// <summary>
    /// Gives back what arrived, or was on its way, and nobody took: otherwise it would be locked until its lock ends.
    /// </summary>
    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        lock (Connection.Gate)
        {
            _prefetch = 0;
        }

        await DrainAsync(cancellationToken).ConfigureAwait(false);
        lock (Connection.Gate)
        {
            while (_arrived.TryDequeue(out var delivery))
            {
                SendSettledLocked(delivery, new Released());
            }
        }
    }

    public override void OnFlowLocked(Flow flow)
    {
        if (_draining && flow.HasField(5) && (flow.Drain || flow.LinkCredit == 0))
        {
            _deliveryCount = flow.DeliveryCount;
            _credit = 0;
            _draining = false;
            Changed.Signal();
            if (_wanted > 0)
            {
                AskLocked();
            }
        }
        else if (flow.Echo)
        {
            SendCreditLocked();
        }
    }

    public override void OnTransferLocked(Transfer transfer, ReadOnlyMemory<byte> payload)
    {
        if (transfer.Aborted)
        {
            (_firstTransfer, _parts) = (null, null);
            return;
        }

        _firstTransfer ??= transfer;
        if (transfer.More || _parts is not null)
        {
            (_parts ??= new MemoryStream()).Write(payload.Span);
        }

        if (transfer.More)
        {
            return;
        }

        var bytes = _parts?.ToArray() ?? payload.ToArray();
        var message = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
        _arrived.Enqueue(new IncomingDelivery(
            this, _firstTransfer.DeliveryId, _firstTransfer.DeliveryTag, message, transfer.Settled || _firstTransfer.Settled));
        (_firstTransfer, _parts) = (null, null);
        _deliveryCount++;
        _credit = _credit == 0 ? 0 : _credit - 1;
        _draining &= _credit > 0;
        Changed.Signal();
    }

    protected override void OnAttachedLocked(Attach attach) => _deliveryCount = attach.InitialDeliveryCount;

    private List<IncomingDelivery> TakeLocked(int maxMessages)
    {
        var taken = new List<IncomingDelivery>();
        while (taken.Count < maxMessages && _arrived.TryDequeue(out var delivery))
        {
            taken.Add(delivery);
        }

        return taken;
    }

    private void SendSettledLocked(IncomingDelivery delivery, DeliveryState state)
    {
        if (!delivery.IsSettled && Fault is null && Session.Fault is null && Connection.IsOpen)
        {
            Session.SendLocked(new Dispose
            {
                Role = true,
                First = delivery.Id,
                Last = delivery.Id,
                Settled = true,
                State = state,
            });
        }
    }

    private void AskLocked()
    {
        var wanted = Math.Max(_wanted, _prefetch);
        var expected = (uint)_arrived.Count + _credit;
        if (wanted > expected)
        {
            _credit += wanted - expected;
            _draining = false;
            SendCreditLocked();
        }
    }

    private void SendCreditLocked() => Session.SendFlowLocked(new Flow
    {
        Handle = Handle,
        DeliveryCount = _deliveryCount,
        LinkCredit = _credit,
        Drain = _draining,
    });
}
