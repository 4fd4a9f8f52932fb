using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The receiving half of a request-response pair.</summary>
internal sealed class ReplyLink(AmqpSession session, Attach attach, IRequestNode node) : OutgoingLink(session, attach)
{
    /// <summary>What an answer costs besides its bytes.</summary>
    private const int AnswerBytes = 128;

    private readonly Queue<OutgoingMessage> _answers = new();
    private long _nextTag;

    public IRequestNode Node { get; } = node;

    /// <summary>What requests may name as their reply-to.</summary>
    public string? TargetAddress => (Request.Target as Target)?.Address;

    public override void Open()
    {
        var answer = AttachAnswer();
        answer.Source = new Source { Address = (Request.Source as Source)?.Address };
        answer.Target = new Target { Address = TargetAddress };
        answer.InitialDeliveryCount = 0;
        Confirm(answer);
    }

    public void Send(Message answer)
    {
        if (IsClosed)
        {
            return;
        }

        var buffer = answer.Encode();
        if (_answers.Count >= Connection.Limits.MaxAnswersPerLink || !TryHold(buffer.Length + AnswerBytes))
        {
            Detach(Fault(ErrorCode.ResourceLimitExceeded, "The answers on this link are not being received."));
            return;
        }

        var payload = buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
        _answers.Enqueue(new OutgoingMessage(payload, BitConverter.GetBytes(_nextTag++), Guid.Empty, IsSettled: true));
        Connection.Ready(this);
    }

    public override void OnDisposition(uint deliveryId, OutgoingDelivery delivery, DeliveryState? state, bool settled)
    {
        // Answers are sent settled.
    }

    protected override OutgoingMessage? Next()
    {
        if (_answers.TryDequeue(out var answer))
        {
            GiveBack(answer.Payload.Length + AnswerBytes);
            return answer;
        }

        if (IsDraining)
        {
            FinishDrain();
        }

        return null;
    }

    protected override void OnCredit()
    {
        // The loop pumps the link after each flow; there is nobody else to tell.
    }

    protected override void OnEnded() => _answers.Clear();
}
