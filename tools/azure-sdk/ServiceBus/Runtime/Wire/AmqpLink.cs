using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>One direction of messages on a session, from attach to detach.</summary>
internal abstract class AmqpLink(AmqpConnection connection, AmqpSession session, string name)
{
    private readonly TaskCompletionSource<Attach> _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _detachSent;

    public string Name { get; } = name;

    public abstract bool IsReceiver { get; }

    /// <summary>Why the link ended; null while it lives.</summary>
    public AmqpFault? Fault { get; private set; }

    public bool IsOpen => Fault is null && connection.IsOpen;

    protected AmqpConnection Connection => connection;

    protected AmqpSession Session => session;

    /// <summary>Signalled at every change that something may wait for.</summary>
    protected Change Changed { get; } = new();

    /// <summary>Given by the session.</summary>
    public uint Handle { get; set; }

    /// <summary>
    /// Attaches and waits for the answer. A broker that refuses answers with no terminus and then detaches with the
    /// reason, so such an answer is not one.
    /// </summary>
    public async Task<Attach> AttachAsync(Attach attach, CancellationToken cancellationToken)
    {
        attach.LinkName = Name;
        attach.Role = IsReceiver;
        if (!IsReceiver)
        {
            attach.InitialDeliveryCount = 0;
        }

        try
        {
            session.Attach(this, attach);
            return await _attached.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Detaches without waiting for the answer.</summary>
    public void Close()
    {
        Detach();
        session.SendEnd();
    }

    /// <summary>Detaches and waits until the peer has let go of what it held for the link.</summary>
    public Task CloseAsync(CancellationToken cancellationToken)
    {
        Detach();
        return session.EndAsync(cancellationToken);
    }

    public void OnAttachLocked(Attach attach)
    {
        if (IsReceiver ? attach.Source is not null : attach.Target is not null)
        {
            OnAttachedLocked(attach);
            _attached.TrySetResult(attach);
        }
    }

    public void OnDetachLocked(Detach detach)
    {
        var fault = AmqpFault.From(detach.Error, "amqp:link:detach-forced");
        DetachLocked();
        EndLocked(fault);
        session.SendEndLocked(fault);
    }

    public void EndLocked(AmqpFault fault)
    {
        if (Fault is not null)
        {
            return;
        }

        Fault = fault;
        _attached.TrySetException(fault);

        // Nobody has to look at the attach of a link that was given up.
        _ = _attached.Task.Exception;
        Changed.Signal();
        session.FailWaitersLocked(fault);
    }

    public virtual void OnFlowLocked(Flow flow)
    {
    }

    public virtual void OnTransferLocked(Transfer transfer, ReadOnlyMemory<byte> payload)
    {
    }

    protected virtual void OnAttachedLocked(Attach attach)
    {
    }

    protected void ThrowIfEndedLocked()
    {
        session.ThrowIfEndedLocked();
        if (Fault is { } fault)
        {
            throw new AmqpFault(fault.Condition, fault.Message, fault);
        }
    }

    /// <summary>Waits under the lock until the condition holds; what it does when it holds happens under the lock too.</summary>
    protected async Task UntilAsync(Func<bool> conditionLocked, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (connection.Gate)
            {
                ThrowIfEndedLocked();
                if (conditionLocked())
                {
                    return;
                }

                changed = Changed.Next;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Detach()
    {
        lock (connection.Gate)
        {
            DetachLocked();
            EndLocked(new AmqpFault(AmqpFault.ClosedHere, "The link was closed."));
        }
    }

    private void DetachLocked()
    {
        if (!_detachSent && session.Fault is null && connection.IsOpen)
        {
            _detachSent = true;
            session.SendLocked(new Detach { Handle = Handle, Closed = true });
        }
    }
}
