using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Disposition = Amqp.Framing.Dispose;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <content>What each frame of the peer does.</content>
internal sealed partial class AmqpConnection
{
    private const int SmallestMaxFrame = 512;

    /// <summary>What a session costs without its links.</summary>
    private const int SessionBytes = 1_024;

    private void OnFrame(Frame frame)
    {
        if (frame.Type != Frame.AmqpType)
        {
            throw new AmqpFaultException(ErrorCode.FramingError, $"Frame type {frame.Type} is not allowed here.");
        }

        if (frame.Body.Length == 0)
        {
            // An empty frame only says that the peer lives.
            return;
        }

        var performative = PerformativeDecoder.Decode(frame.Body, out var payload);
        if (_state == ConnectionState.Starting)
        {
            OnOpen(performative as Open
                ?? throw new AmqpFaultException(ErrorCode.IllegalState, "The first frame has to be open."));
            return;
        }

        switch (performative)
        {
            case Begin begin:
                OnBegin(frame.Number, begin);
                break;
            case End:
                OnEnd(frame.Number);
                break;
            case global::Amqp.Framing.Close:
                Close(null, null);
                break;
            default:
                OnSessionFrame(SessionOf(frame.Number), performative, frame.Body.Length, payload);
                break;
        }
    }

    /// <summary>Takes memory for what the peer asked for; where that is too much, its connection ends.</summary>
    public void Hold(long bytes)
    {
        if (!Memory.TryTake(bytes))
        {
            throw new AmqpFaultException(
                ErrorCode.ResourceLimitExceeded,
                $"The connection holds {Memory.UsedBytes} bytes of the emulator's memory and asks for {bytes} more; "
                    + $"the limit is {Limits.MaxHeldBytesPerConnection}.");
        }
    }

    private static void OnSessionFrame(
        AmqpSession session, Described performative, int frameBytes, ReadOnlyMemory<byte> payload)
    {
        switch (performative)
        {
            case Transfer transfer:
                session.OnTransfer(transfer, payload);
                break;
            case Disposition disposition:
                session.OnDisposition(disposition);
                break;
            case Flow flow:
                session.OnFlow(flow);
                break;
            case Attach attach:
                session.OnAttach(attach, frameBytes);
                break;
            case Detach detach:
                session.OnDetach(detach);
                break;
            default:
                throw new AmqpFaultException(
                    ErrorCode.NotAllowed, $"A {performative.GetType().Name} is not expected here.");
        }
    }

    private void OnOpen(Open open)
    {
        if (open.MaxFrameSize < SmallestMaxFrame)
        {
            throw new AmqpFaultException(
                ErrorCode.InvalidField, $"max-frame-size {open.MaxFrameSize} is below {SmallestMaxFrame}.");
        }

        Writer.MaxFrameBytes = (int)Math.Min(open.MaxFrameSize, (uint)Limits.MaxFrameBytes);
        _peerIdleTimeout = open.HasField(4) ? TimeSpan.FromMilliseconds(open.IdleTimeOut) : Timeout.InfiniteTimeSpan;
        Writer.Amqp(0, new Open
        {
            ContainerId = _services.ContainerId,
            MaxFrameSize = (uint)Limits.MaxFrameBytes,
            ChannelMax = (ushort)Math.Min(Limits.MaxSessionsPerConnection - 1, ushort.MaxValue),
            IdleTimeOut = (uint)Limits.IdleTimeout.TotalMilliseconds,
        });
        _state = ConnectionState.Open;
        PeerName = open.ContainerId;
        LogOpened(_transport.ConnectionId, open.ContainerId);
    }

    private void OnBegin(ushort number, Begin begin)
    {
        if (number >= Limits.MaxSessionsPerConnection)
        {
            throw new AmqpFaultException(
                ErrorCode.NotAllowed, $"Session {number} is above the limit of {Limits.MaxSessionsPerConnection}.");
        }

        Hold(SessionBytes);
        var session = new AmqpSession(this, number, begin, _links);
        if (!_sessions.TryAdd(number, session))
        {
            throw new AmqpFaultException(ErrorCode.IllegalState, $"Session {number} has begun already.");
        }

        session.Open();
    }

    private void OnEnd(ushort number)
    {
        var session = SessionOf(number);
        _sessions.Remove(number);
        session.FlushAccepted();
        session.End();
        Memory.GiveBack(SessionBytes);
        Writer.Amqp(number, new End());
    }

    private AmqpSession SessionOf(ushort number) => _sessions.TryGetValue(number, out var session)
        ? session
        : throw new AmqpFaultException(ErrorCode.IllegalState, $"Session {number} has not begun.");
}
