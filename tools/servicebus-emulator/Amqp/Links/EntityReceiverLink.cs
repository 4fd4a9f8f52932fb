using System.Buffers.Binary;
using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Broker;

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

    /// <summary>The queue received from.</summary>
    public MessageQueue Queue { get; } = queue;

    protected ReceiveMode Mode { get; } = attach.SndSettleMode == SenderSettleMode.Settled
        ? ReceiveMode.ReceiveAndDelete
        : ReceiveMode.PeekLock;

    public override void Open() => Start(Queue.OpenReceiver(Mode, this), AttachAnswer(new Source
    {
        Address = (Request.Source as Source)?.Address,
    }));

    public void OnDelivery(Delivery delivery)
    {
        _inbox.Enqueue(delivery);
        Wake();
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

        delivery.IsBeingSettled = true;
        Connection.Await(SettleAsync(delivery.LockToken, settlement), error =>
        {
            DeliveryState outcome = error is null ? new Accepted() : Refusal(Fault(error.Symbol, error.Description));
            Session.SettleOutgoing(deliveryId, settled ? null : outcome);
        });
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
                return Encode(delivery);
            }

            if (IsDraining)
            {
                FinishDrain();
                return null;
            }
        }

        return null;
    }

    protected override void OnCredit()
    {
        _receiver?.SetDeliveryLimit(Delivered + Credit);
        if (IsDraining)
        {
            _receiver?.Drain();
        }
    }

    protected override void OnEnded() => _receiver?.Close();

    private static Rejected Refusal(Error error) => new() { Error = error };

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
