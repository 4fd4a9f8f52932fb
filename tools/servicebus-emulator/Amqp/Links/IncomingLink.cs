using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>A link on which the peer sends: credit, and the assembly of messages from frames.</summary>
internal abstract class IncomingLink(AmqpSession session, Attach attach) : AmqpLink(session, attach)
{
    private readonly int _maxCredit = session.Connection.Limits.SenderCredit;
    private PartialMessage? _partial;
    private Transfer? _first;
    private bool _isTooLarge;
    private long _partialBytes;
    private uint _deliveryCount = attach.InitialDeliveryCount;
    private int _credit;
    private int _unanswered;
    private bool _isWithheld;

    /// <summary>The largest message of this link.</summary>
    protected abstract long MaxMessageBytes { get; }

    public override void Open()
    {
        var answer = AttachAnswer();
        answer.Source = new Source { Address = (Request.Source as Source)?.Address };
        answer.Target = new Target { Address = (Request.Target as Target)?.Address };
        answer.MaxMessageSize = (ulong)MaxMessageBytes;
        Confirm(answer);
        Offer();
    }

    public override void OnFlow(Flow flow)
    {
        if (flow.Echo)
        {
            Grant(_credit);
        }
    }

    public void OnTransfer(Transfer transfer, ReadOnlyMemory<byte> payload)
    {
        if (_first is null && !TryBegin(transfer))
        {
            return;
        }

        if (transfer.Aborted)
        {
            Reset();
            return;
        }

        // One frame is the common case: then the frame's own array becomes the message.
        if (_partial is null && !_isTooLarge && !transfer.More && payload.Length <= MaxMessageBytes)
        {
            Complete(payload, isLent: false);
            return;
        }

        Gather(payload);
        if (transfer.More)
        {
            return;
        }

        using var whole = _partial;
        _partial = null;
        Complete(whole?.Bytes, isLent: true);
    }

    /// <summary>Takes a whole message. Its answer is given by <see cref="Answer"/>, then or later.</summary>
    /// <param name="deliveryId">What the answer names it by.</param>
    /// <param name="format">The message's format.</param>
    /// <param name="settled">Whether the sender awaits no answer.</param>
    /// <param name="message">All its sections.</param>
    /// <param name="isLent">Whether the bytes are the link's own, and have to be copied to be kept.</param>
    protected abstract void OnMessage(
        uint deliveryId, uint format, bool settled, ReadOnlyMemory<byte> message, bool isLent);

    /// <summary>How long credit that is due now is withheld on command; null for not at all.</summary>
    protected virtual TimeSpan? WithholdsCredit() => null;

    /// <summary>Leaves the sender without an answer: it will never know what became of the message.</summary>
    protected void AnswerNever()
    {
        _unanswered--;
        if (!IsClosed)
        {
            Replenish();
        }
    }

    /// <summary>Tells the sender what became of a message; null means that it is kept.</summary>
    protected void Answer(uint deliveryId, bool settled, Error? error)
    {
        _unanswered--;
        if (IsClosed)
        {
            return;
        }

        if (settled)
        {
            // Nobody waits for the outcome of a message sent settled: a failure can only be told by ending the link.
            if (error is not null)
            {
                Detach(error);
                return;
            }
        }
        else if (error is null)
        {
            Session.AcceptIncoming(deliveryId);
        }
        else
        {
            Session.SettleIncoming(deliveryId, new Rejected { Error = error });
        }

        Replenish();
    }

    private bool TryBegin(Transfer transfer)
    {
        if (!transfer.HasDeliveryId)
        {
            throw new AmqpFaultException(
                ErrorCode.InvalidField, "The first transfer of a delivery needs a delivery-id.");
        }

        if (_credit <= 0)
        {
            Detach(Fault(ErrorCode.TransferLimitExceeded, "The link has no credit left."));
            return false;
        }

        _first = transfer;
        return true;
    }

    private void Gather(ReadOnlyMemory<byte> payload)
    {
        _isTooLarge |= (_partial?.Length ?? 0) + (long)payload.Length > MaxMessageBytes;
        if (_isTooLarge)
        {
            // What follows is counted and dropped: the refusal goes out with the last frame, and the link stays.
            DropPartial();
            return;
        }

        // The array doubles as it grows.
        Hold(payload.Length * 2L);
        _partialBytes += payload.Length * 2L;
        _partial ??= new PartialMessage(payload.Length * 2);
        _partial.Append(payload.Span);
    }

    private void Complete(ReadOnlyMemory<byte>? message, bool isLent)
    {
        var first = _first!;
        Reset();
        _credit--;
        _deliveryCount++;
        _unanswered++;
        if (message is { } whole)
        {
            OnMessage(first.DeliveryId, first.MessageFormat, first.Settled, whole, isLent);
        }
        else
        {
            Answer(first.DeliveryId, first.Settled, Fault(
                ErrorCode.MessageSizeExceeded, $"The message is larger than the limit of {MaxMessageBytes} bytes."));
        }
    }

    private void Reset()
    {
        _first = null;
        _isTooLarge = false;
        DropPartial();
    }

    private void DropPartial()
    {
        _partial?.Dispose();
        _partial = null;
        GiveBack(_partialBytes);
        _partialBytes = 0;
    }

    /// <summary>Raises the credit in large steps: a flow for each message would double the frames.</summary>
    private void Replenish()
    {
        var available = _maxCredit - _unanswered;
        if (_credit < _maxCredit / 2 && available - _credit >= _maxCredit / 4)
        {
            Offer();
        }
    }

    /// <summary>Grants what there is room for, now or when a fault is over.</summary>
    private void Offer()
    {
        if (_isWithheld)
        {
            return;
        }

        if (WithholdsCredit() is not { } delay)
        {
            Grant(_maxCredit - _unanswered);
            return;
        }

        _isWithheld = true;
        Connection.Faults.Later(delay, Connection, () =>
        {
            _isWithheld = false;
            if (!IsClosed)
            {
                Grant(_maxCredit - _unanswered);
            }
        });
    }

    private void Grant(int credit)
    {
        _credit = credit;
        var flow = Session.NewFlow();
        flow.Handle = Handle;
        flow.DeliveryCount = _deliveryCount;
        flow.LinkCredit = (uint)credit;
        Session.Send(flow);
    }
}
