using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>
/// How many frames of transfers each side of a session may have under way (AMQP 1.0, part 2.5.6). Numbers wrap. Used
/// under the connection's lock.
/// </summary>
internal sealed class SessionWindows
{
    private const uint Window = 2048;

    private readonly Change _opened = new();
    private uint _nextOutgoing;
    private uint _nextIncoming;
    private uint _incoming = Window;
    private uint _remoteIncoming;

    /// <summary>Completes when the peer's window may have opened, or when nobody can wait for it any more.</summary>
    public Task Opened => _opened.Next;

    public static Begin Begin() => new()
    {
        NextOutgoingId = 0,
        IncomingWindow = Window,
        OutgoingWindow = Window,
        HandleMax = 7,
    };

    public void OnBegin(Begin begin)
    {
        _nextIncoming = begin.NextOutgoingId;
        _remoteIncoming = begin.IncomingWindow;
        _opened.Signal();
    }

    /// <summary>Takes a place in the peer's window.</summary>
    public bool TryTake()
    {
        if (_remoteIncoming == 0)
        {
            return false;
        }

        _remoteIncoming--;
        _nextOutgoing++;
        return true;
    }

    /// <summary>What the peer had not yet counted when it wrote the flow has to be taken off its window.</summary>
    public void OnFlow(Flow flow)
    {
        var counted = flow.HasField(0) ? flow.NextIncomingId : 0;
        _remoteIncoming = counted + flow.IncomingWindow - _nextOutgoing;
        _opened.Signal();
    }

    /// <summary>Counts a frame that arrived; true when the peer should hear that the window is open again.</summary>
    public bool OnTransfer()
    {
        _nextIncoming++;
        _incoming--;
        return _incoming < Window / 2;
    }

    /// <summary>Opens the window and tells it.</summary>
    public void Fill(Flow flow)
    {
        _incoming = Window;
        flow.NextIncomingId = _nextIncoming;
        flow.IncomingWindow = _incoming;
        flow.NextOutgoingId = _nextOutgoing;
        flow.OutgoingWindow = Window;
    }

    public void WakeAll() => _opened.Signal();
}
