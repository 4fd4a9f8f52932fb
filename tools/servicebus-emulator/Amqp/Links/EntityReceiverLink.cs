using System.Buffers.Binary;
using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// A link on which a client receives from a queue, a subscription or a dead-letter queue. The broker pushes
/// deliveries as far as the link's credit goes, from threads of its own: they wait in the inbox for the connection's
/// loop.
/// </summary>
internal class EntityReceiverLink(AmqpSession session, Attach attach, MessageQueue queue)
    : OutgoingLink(session, attach), IDeliverySink
{
    /// <summary>The state received is no outcome: it tells how much of a delivery the client has.</summary>
    private const ulong ReceivedCode = 0x23;

    // A null marks the point at which the broker had handed over all it had.
    private readonly ConcurrentQueue<Delivery?> _inbox = new();
    private MessageReceiver? _receiver;
    private int _wakePosted;
    private volatile bool _isEnded;

    /// <summary>Up to how many deliveries the broker may hand over; never more than a little ahead of the wire.</summary>
    private long _granted;

    /// <summary>What the deliveries of this link weigh, as a moving average; at first a guess on the heavy side.</summary>
    private long _averageBytes = 16 * 1024;

    /// <summary>The queue received from.</summary>
    public MessageQueue Queue { get; } = queue;

    public override string EntityAddress => Queue.Address;

    /// <summary>The session whose messages come here; null outside sessions.</summary>
    public virtual string? SessionId => null;

    protected ReceiveMode Mode { get; } = attach.SndSettleMode == SenderSettleMode.Settled
        ? ReceiveMode.ReceiveAndDelete
        : ReceiveMode.PeekLock;

    public override void Open() => Start(Queue.OpenReceiver(Mode, this), AttachAnswer(new Source
    {
        Address = (Request.Source as Source)?.Address,
    }));

    public void OnDelivery(Delivery delivery)
    {
        if (Mode == ReceiveMode.ReceiveAndDelete)
        {
            // The broker has it no more: what waits here is the connection's to account for.
            Connection.Memory.Take(delivery.Message.Message.Payload.Length);
        }

        _inbox.Enqueue(delivery);
        Wake();
        if (_isEnded)
        {
            EmptyInbox();
        }
    }

    public void OnDrained()
    {
        _inbox.Enqueue(null);
        Wake();
    }

    public void OnClosed(BrokerError error) =>
        Connection.TryPost(() => Detach(Fault(error.Symbol, error.Description)));

    public override void OnDisposition(uint deliveryId, OutgoingDelivery delivery, DeliveryState? state, bool settled)
    {
        if (state is null || state.Descriptor.Code == ReceivedCode)
        {
            if (settled)
            {
                // Settled without an outcome: the client forgets the delivery, its lock runs out.
                Session.SettleOutgoing(deliveryId, null);
            }

            return;
        }

        if (SettlementReader.Read(state) is not { } settlement)
        {
            Session.SettleOutgoing(deliveryId, Refusal(Fault(
                ErrorCode.NotImplemented, $"The outcome {state.GetType().Name} is not supported.")));
            return;
        }

        var faults = Connection.Faults.OnSettlement(Connection, EntityAddress, SessionId);
        if (faults.IsLost)
        {
            return;
        }

        delivery.IsBeingSettled = true;
        void Settle() => Connection.Await(
            faults.IsBusy ? Task.FromResult<BrokerError?>(NamespaceFaults.Busy) : SettleAsync(delivery.LockToken, settlement),
            error =>
            {
                DeliveryState outcome = error is null ? new Accepted() : Refusal(Fault(error.Symbol, error.Description));
                Session.SettleOutgoing(deliveryId, settled || faults.LosesAnswer ? null : outcome);
            });

        if (faults.Delay is { } delay)
        {
            Connection.Faults.Later(delay, Connection, Settle);
        }
        else
        {
            Settle();
        }
    }

    /// <summary>Opens the link on a receiver of the broker, or refuses it.</summary>
    protected void Start(BrokerResult<MessageReceiver> receiver, Attach answer)
    {
        if (!receiver.IsSuccess)
        {
            Detach(Fault(receiver.Error.Symbol, receiver.Error.Description));
            return;
        }

        _receiver = receiver.Value;
        Confirm(answer);
        UseCredit();
    }

    protected Attach AttachAnswer(Source source)
    {
        var answer = AttachAnswer();
        answer.Source = source;
        answer.Target = new Target { Address = (Request.Target as Target)?.Address };
        answer.InitialDeliveryCount = 0;
        answer.MaxMessageSize = (ulong)Queue.MaxMessageBytes;
        return answer;
    }

    protected virtual Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement) =>
        Queue.SettleAsync(lockToken, settlement);

    protected override OutgoingMessage? Next()
    {
        while (_inbox.TryDequeue(out var delivery))
        {
            if (delivery is not null)
            {
                Taken(delivery);
                return Encode(delivery);
            }

            if (IsDraining && !TryDrainOn())
            {
                FinishDrain();
                return null;
            }
        }

        return null;
    }

    /// <summary>The broker's mark has to be taken out: left there, it would end the next drain before its time.</summary>
    protected override bool IsDrained() =>
        _inbox.TryPeek(out var next) && next is null && _inbox.TryDequeue(out _);

    protected override void OnCredit()
    {
        Grant();
        if (IsDraining)
        {
            _receiver?.Drain();
        }
    }

    protected override void OnEnded()
    {
        _receiver?.Close();
        _isEnded = true;
        EmptyInbox();
    }

    private static Rejected Refusal(Error error) => new() { Error = error };

    /// <summary>Hands the peer's credit on to the broker, as far as the link may be ahead of the wire.</summary>
    private void Grant()
    {
        _granted = Delivered + Math.Min(Credit, Ahead);
        _receiver?.SetDeliveryLimit(_granted);
    }

    private long Ahead =>
        Math.Clamp(Connection.Limits.MaxBytesAhead / _averageBytes, 1, Connection.Limits.MaxDeliveriesAhead);

    /// <summary>
    /// The broker gave all that it might, and the peer has credit for more: a drain is over when the queue is empty,
    /// not before.
    /// </summary>
    private bool TryDrainOn()
    {
        if (Credit == 0 || Delivered < _granted)
        {
            return false;
        }

        OnCredit();
        return true;
    }

    private void Taken(Delivery delivery)
    {
        var bytes = delivery.Message.Message.Payload.Length;
        _averageBytes = Math.Max(1, ((_averageBytes * 15) + bytes) / 16);
        if (Mode == ReceiveMode.ReceiveAndDelete)
        {
            Connection.Memory.GiveBack(bytes);
        }

        // In steps of half of what may be ahead: each grant takes the broker's lock.
        if (!IsDraining && _granted - Delivered <= Ahead / 2 && _granted < Delivered + Credit)
        {
            Grant();
        }
    }

    /// <summary>Gives back what the peer will never see: a message locked for nobody would wait for its lock to end.</summary>
    private void EmptyInbox()
    {
        while (_inbox.TryDequeue(out var delivery))
        {
            if (delivery is null)
            {
                continue;
            }

            if (Mode == ReceiveMode.ReceiveAndDelete)
            {
                Connection.Memory.GiveBack(delivery.Message.Message.Payload.Length);
            }
            else
            {
                Queue.GiveBack(delivery.LockToken);
            }
        }
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _wakePosted, 1) == 0)
        {
            Connection.TryPost(() =>
            {
                Volatile.Write(ref _wakePosted, 0);
                Connection.Ready(this);
            });
        }
    }

    private OutgoingMessage Encode(Delivery delivery)
    {
        var payload = MessageWriter.Write(delivery.Message, delivery.LockedUntil);
        if (Mode == ReceiveMode.PeekLock)
        {
            return new OutgoingMessage(payload, delivery.LockToken.ToByteArray(), delivery.LockToken, IsSettled: false);
        }

        var tag = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(tag, delivery.Message.SequenceNumber);
        return new OutgoingMessage(payload, tag, Guid.Empty, IsSettled: true);
    }
}
