using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>
/// A connection of AMQP 1.0, client side, on the types and the codec of AMQPNetLite. The library's own client settles
/// what it receives without asking for the outcome and cannot tell when a drain is done; Service Bus says in just
/// these two that a lock was lost and that a session is empty. All state of a connection, its sessions and links is
/// kept under one lock, which is never held over I/O or an await.
/// </summary>
internal sealed class AmqpConnection : IAsyncDisposable
{
    private readonly OpenedStream _opened;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<ushort, AmqpSession> _byLocalChannel = [];
    private readonly Dictionary<ushort, AmqpSession> _byRemoteChannel = [];
    private readonly TaskCompletionSource _remoteClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loops = Task.CompletedTask;
    private long _lastHeard;

    private AmqpConnection(OpenedStream opened, TimeProvider time)
    {
        _opened = opened;
        _time = time;
        _lastHeard = time.GetTimestamp();
        Writer = new FrameWriter(opened.Stream, Gate);
        RemoteMaxFrameBytes = (int)Math.Min(
            opened.RemoteOpen.MaxFrameSize == 0 ? uint.MaxValue : opened.RemoteOpen.MaxFrameSize, Handshake.MaxFrameBytes);
    }

    public Lock Gate { get; } = new();

    public FrameWriter Writer { get; }

    public int RemoteMaxFrameBytes { get; }

    /// <summary>Why the connection ended; null while it lives. Read under the lock, or as a hint.</summary>
    public AmqpFault? Fault { get; private set; }

    public bool IsOpen => Fault is null;

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Ended => _ending.Token;

    public static async Task<AmqpConnection> OpenAsync(
        BrokerAddress address, string containerId, TimeProvider time, CancellationToken cancellationToken)
    {
        var opened = await Handshake.OpenAsync(address, containerId, cancellationToken).ConfigureAwait(false);
        var connection = new AmqpConnection(opened, time);
        connection._loops = Task.WhenAll(
            connection.GuardAsync(connection.ReadAsync),
            connection.GuardAsync(connection.Writer.RunAsync),
            connection.GuardAsync(connection.KeepAliveAsync));
        return connection;
    }

    /// <summary>Gives a session the lowest free channel.</summary>
    public ushort AddSession(AmqpSession session)
    {
        lock (Gate)
        {
            ThrowIfEndedLocked();
            ushort channel = 0;
            while (_byLocalChannel.ContainsKey(channel))
            {
                channel = channel < _opened.RemoteOpen.ChannelMax
                    ? (ushort)(channel + 1)
                    : throw new AmqpFault("amqp:resource-limit-exceeded", "The connection has no channel left.");
            }

            _byLocalChannel[channel] = session;
            return channel;
        }
    }

    public void RemoveSessionLocked(AmqpSession session)
    {
        _byLocalChannel.Remove(session.Channel);
        foreach (var (channel, _) in _byRemoteChannel.Where(pair => pair.Value == session).ToList())
        {
            _byRemoteChannel.Remove(channel);
        }
    }

    public void ThrowIfEndedLocked()
    {
        if (Fault is { } fault)
        {
            throw new AmqpFault(fault.Condition, fault.Message, fault);
        }
    }

    /// <summary>Says close, waits a moment for the answer, and lets go of the socket.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            if (Fault is null)
            {
                Writer.AddLocked(0, new Close());
                EndLocked(new AmqpFault(AmqpFault.ClosedHere, "The connection was closed."));
            }

            Writer.CompleteLocked();
        }

        try
        {
            await _remoteClosed.Task.WaitAsync(TimeSpan.FromSeconds(1), _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The peer does not answer; nothing depends on it.
            _remoteClosed.TrySetResult();
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        await _opened.Stream.DisposeAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Runs a loop; whatever ends it ends the connection, and nobody else has to know.</summary>
    private async Task GuardAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_ending.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            lock (Gate)
            {
                EndLocked(e as AmqpFault ?? new AmqpFault(AmqpFault.ConnectionLost, e.Message, e));
                Writer.CompleteLocked();
            }

            _remoteClosed.TrySetResult();
            await _ending.CancelAsync().ConfigureAwait(false);
            await _opened.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _opened.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _lastHeard, _time.GetTimestamp());
            var input = read.Buffer;
            while (FrameCodec.TryRead(ref input, Handshake.MaxFrameBytes, out var frame))
            {
                lock (Gate)
                {
                    OnFrameLocked(frame);
                }
            }

            _opened.Reader.AdvanceTo(input.Start, input.End);
            if (read.IsCompleted)
            {
                throw new AmqpFault(AmqpFault.ConnectionLost, "The peer closed the connection.");
            }
        }
    }

    private void OnFrameLocked(Frame frame)
    {
        switch (frame.Performative)
        {
            case null:
                return;
            case Close close:
                _remoteClosed.TrySetResult();
                if (Fault is null)
                {
                    Writer.AddLocked(0, new Close());
                    throw AmqpFault.From(close.Error, AmqpFault.ConnectionLost);
                }

                return;
            case Begin begin when _byLocalChannel.TryGetValue(begin.RemoteChannel, out var begun):
                _byRemoteChannel[frame.Channel] = begun;
                begun.OnFrameLocked(begin, frame.Payload);
                return;
            case var performative when _byRemoteChannel.TryGetValue(frame.Channel, out var session):
                session.OnFrameLocked(performative, frame.Payload);
                return;
            default:
                // A frame for a session that has ended: the peer had not heard of the end when it sent it.
                return;
        }
    }

    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        var remoteIdle = _opened.RemoteOpen.IdleTimeOut;
        var period = remoteIdle == 0
            ? Handshake.IdleTimeout / 4
            : TimeSpan.FromMilliseconds(Math.Clamp(remoteIdle / 2, 100, Handshake.IdleTimeout.TotalMilliseconds / 4));
        using var timer = new PeriodicTimer(period, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_time.GetElapsedTime(Interlocked.Read(ref _lastHeard)) > Handshake.IdleTimeout)
            {
                throw new AmqpFault(AmqpFault.ConnectionLost, $"The peer was silent for {Handshake.IdleTimeout}.");
            }

            if (!Writer.WroteSinceAsked)
            {
                lock (Gate)
                {
                    Writer.AddLocked(0, null);
                }
            }
        }
    }

    private void EndLocked(AmqpFault fault)
    {
        if (Fault is not null)
        {
            return;
        }

        Fault = fault;
        foreach (var session in _byLocalChannel.Values.ToList())
        {
            session.EndLocked(fault);
        }

        _byLocalChannel.Clear();
        _byRemoteChannel.Clear();
    }
}
