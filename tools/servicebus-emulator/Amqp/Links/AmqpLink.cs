using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>One end of a link. All members are called on the connection's loop.</summary>
internal abstract class AmqpLink(AmqpSession session, Attach attach)
{
    /// <summary>What a link costs besides its attach.</summary>
    private const int LinkBytes = 1_024;

    /// <summary>A decoded frame is so many times larger than the bytes it came in: an object for every other byte.</summary>
    private const int DecodedFactor = 16;

    private long _held;

    public AmqpSession Session { get; } = session;

    public string Name { get; } = attach.LinkName ?? string.Empty;

    /// <summary>The peer's handle; we use the same number for our end, since each side numbers its own.</summary>
    public uint Handle { get; } = attach.Handle;

    /// <summary>
    /// The path that a token has to cover for as long as the link stands; null for <c>$cbs</c> itself.
    /// </summary>
    public string? ClaimPath { get; set; }

    /// <summary>The entity that messages go to or come from; null for links of requests and answers.</summary>
    public virtual string? EntityAddress => null;

    public bool IsClosed { get; private set; }

    /// <summary>Whether our attach has been sent; a session receiver's waits until a session was found.</summary>
    public bool IsAttached { get; private set; }

    /// <summary>What the peer asked for.</summary>
    protected Attach Request { get; } = attach;

    protected AmqpConnection Connection => Session.Connection;

    /// <summary>Whether an attach means this link: the same name in the same direction.</summary>
    public bool IsNamedBy(Attach attach) => Name == attach.LinkName && Request.Role == attach.Role;

    /// <summary>Answers the attach, at once or when what it needs is there.</summary>
    public abstract void Open();

    public abstract void OnFlow(Flow flow);

    /// <summary>Ends the link from our side, telling the peer why.</summary>
    public void Detach(Error error)
    {
        if (IsClosed)
        {
            return;
        }

        if (!IsAttached)
        {
            // The protocol's way to refuse: an attach without a terminus, then the detach that says why.
            Session.Send(AttachAnswer());
        }

        Session.FlushAccepted();
        Session.Send(new Detach { Handle = Handle, Closed = true, Error = error });
        Session.Forget(this, awaitPeer: true);
        End();
    }

    /// <summary>The peer ended the link.</summary>
    public void OnPeerDetach(Detach detach)
    {
        if (!IsAttached)
        {
            Session.Send(AttachAnswer());
        }

        Session.FlushAccepted();
        Session.Send(new Detach { Handle = Handle, Closed = detach.Closed });
        Session.Forget(this, awaitPeer: false);
        End();
    }

    /// <summary>The session or the connection is gone: nothing can be said any more.</summary>
    public void End()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        OnEnded();
        GiveBack(_held);
    }

    protected static Error Fault(string condition, string description) =>
        new(condition) { Description = description };

    /// <summary>Counts the link itself and the attach that it keeps against its connection's share.</summary>
    public void HoldAttach(int frameBytes) => Hold(LinkBytes + ((long)frameBytes * DecodedFactor));

    /// <summary>Takes memory until it is given back or the link ends; where it is too much, the connection ends.</summary>
    protected void Hold(long bytes)
    {
        Connection.Hold(bytes);
        _held += bytes;
    }

    /// <summary>The same for what is held already: only the limit of all connections together counts.</summary>
    protected void HoldAnyway(long bytes)
    {
        Connection.Memory.Take(bytes);
        _held += bytes;
    }

    /// <summary>The same for what the connection can do without; false where it is too much.</summary>
    protected bool TryHold(long bytes)
    {
        var isTaken = Connection.Memory.TryTake(bytes);
        _held += isTaken ? bytes : 0;
        return isTaken;
    }

    protected void GiveBack(long bytes)
    {
        Connection.Memory.GiveBack(bytes);
        _held -= bytes;
    }

    /// <summary>Sends our attach with what both sides agreed on.</summary>
    protected void Confirm(Attach answer)
    {
        IsAttached = true;
        Session.Send(answer);
    }

    protected Attach AttachAnswer() => new()
    {
        LinkName = Name,
        Handle = Handle,
        Role = !Request.Role,
        SndSettleMode = Request.SndSettleMode,
        RcvSettleMode = Request.RcvSettleMode,
    };

    protected static Error NotAllowed(string description) => Fault(ErrorCode.NotAllowed, description);

    /// <summary>Gives back what the link holds.</summary>
    protected abstract void OnEnded();
}
