using System.IO.Pipelines;
using Amqp;
using Amqp.Framing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// One client. Everything it owns (sessions, links, the pipe's writer) is touched by a single loop, which wakes for
/// bytes from the peer and for notices from other threads, acts on both, hands over what receivers have credit for,
/// and flushes once. So nothing here is locked, and many frames leave in one packet.
/// </summary>
internal sealed partial class AmqpConnection : IAsyncDisposable
{
    /// <summary>Messages that a link sends before the next link has its turn.</summary>
    private const int MessagesPerTurn = 32;

    private readonly ConnectionContext _transport;
    private readonly AmqpServices _services;
    private readonly ILogger _logger;
    private readonly PipeReader _input;
    private readonly ConnectionMailbox _mailbox;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Dictionary<ushort, AmqpSession> _sessions = [];
    private readonly Queue<OutgoingLink> _ready = new();
    private readonly HashSet<AmqpSession> _dirty = [];
    private readonly LinkFactory _links;
    private readonly QuickAcknowledgement _acknowledgement;
    private ConnectionState _state = ConnectionState.Starting;
    private Error? _closeError;
    private TaskCompletionSource? _sleeper;

    public AmqpConnection(ConnectionContext transport, AmqpServices services, PeerMemory memory, ILogger logger)
    {
        _transport = transport;
        _services = services;
        _logger = logger;
        _input = transport.Transport.Input;
        Memory = memory.Open(CutHoarder);
        _acknowledgement = new QuickAcknowledgement(transport);
        Writer = new FrameWriter(transport.Transport.Output);
        _mailbox = new ConnectionMailbox(services.Limits.MaxMailboxItems, Wake, () => transport.Abort());
        _links = new LinkFactory(this, services.Broker, new CbsNode(Claims, services.Key, services.Time));
        _accepted = _lastRead = _lastWrite = Time.GetTimestamp();
        _stopping = transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested
            .Register(() => TryPost(() => Close(ErrorCode.ConnectionForced, "The emulator is stopping."))) ?? default;
    }

    public AmqpLimits Limits => _services.Limits;

    public NamespaceFaults Faults => _services.Faults;

    /// <summary>A name that no other connection has.</summary>
    public string Id => _transport.ConnectionId;

    /// <summary>The container id under which the peer opened; null until it did.</summary>
    public string? PeerName { get; private set; }

    public TimeProvider Time => _services.Time;

    public Func<Guid> NewId => _services.NewId;

    public ClaimSet Claims { get; } = new();

    public FrameWriter Writer { get; }

    public IEnumerable<AmqpLink> Links => _sessions.Values.SelectMany(session => session.Links);

    /// <summary>What the connection holds; taken for the peer's sake by <see cref="AmqpLink.Hold"/>.</summary>
    public PeerMemory.Share Memory { get; }

    /// <summary>Whether so much is written ahead of the peer that it has to be flushed first.</summary>
    public bool IsFull => Writer.UnflushedBytes >= Limits.MaxBytesBeingSent;

    /// <summary>Bytes that the broker has not confirmed; beyond the limit the peer is not read.</summary>
    public long BytesBeingStored { get; set; }

    /// <summary>Serves the client until it or we end the connection.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (await ShakeHandsAsync())
            {
                await LoopAsync();
            }
        }
        catch (AmqpFaultException e)
        {
            LogFault(_transport.ConnectionId, e.Condition, e.Message);
            Close(e.Condition, e.Message);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            LogLost(_transport.ConnectionId, e.Message);
            _state = ConnectionState.Closed;
        }
        catch (Exception e)
        {
            LogBug(_transport.ConnectionId, e);
            Close(ErrorCode.InternalError, "The emulator failed; see its log.");
        }

        EndSessions();
        await SayGoodbyeAsync();
    }

    public ValueTask DisposeAsync()
    {
        Memory.Dispose();
        return _stopping.DisposeAsync();
    }

    /// <summary>Has work done on the loop; false once the connection has ended.</summary>
    public bool TryPost(Action work) => _mailbox.TryPost(work);

    /// <summary>Continues on the loop when the broker has answered; never, if the connection ends before.</summary>
    public void Await<T>(Task<T> task, Action<T> then)
    {
        if (task.IsCompleted)
        {
            then(task.GetAwaiter().GetResult());
            return;
        }

        task.GetAwaiter().UnsafeOnCompleted(() => TryPost(() => then(task.GetAwaiter().GetResult())));
    }

    /// <summary>
    /// The same, but continues also when the connection has ended: for results that must be given back.
    /// </summary>
    public void AwaitAlways<T>(Task<T> task, Action<T> then)
    {
        if (task.IsCompleted)
        {
            then(task.GetAwaiter().GetResult());
            return;
        }

        task.GetAwaiter().UnsafeOnCompleted(() =>
        {
            if (!TryPost(() => then(task.GetAwaiter().GetResult())))
            {
                then(task.GetAwaiter().GetResult());
            }
        });
    }

    /// <summary>Cuts the socket: neither side says anything more.</summary>
    public void Cut()
    {
        _transport.Abort(new ConnectionAbortedException("The connection was cut: a fault rule says so."));
        _state = ConnectionState.Closed;
    }

    /// <summary>Puts a link in the line of those that may have something to send.</summary>
    public void Ready(OutgoingLink link)
    {
        if (!link.IsReady)
        {
            link.IsReady = true;
            _ready.Enqueue(link);
        }
    }

    /// <summary>Notes that a session has gathered acceptances.</summary>
    public void MarkDirty(AmqpSession session) => _dirty.Add(session);

    private async Task<bool> ShakeHandsAsync()
    {
        using var timeout = new CancellationTokenSource(Limits.HandshakeTimeout, Time);
        var handshake = new SaslHandshake(_input, Writer, _services.Key);
        return await handshake.RunAsync(Claims, timeout.Token);
    }

    private async Task LoopAsync()
    {
        while (_state != ConnectionState.Closed)
        {
            if (BytesBeingStored >= Limits.MaxBytesBeingStored)
            {
                await SleepAsync();
            }
            else
            {
                var result = await _input.ReadAsync();
                if (!result.IsCanceled)
                {
                    _acknowledgement.AfterRead();
                }

                ReadFrames(result);
            }

            _mailbox.Drain();
            PumpLinks();
            await FlushAsync();
        }
    }

    private void ReadFrames(ReadResult result)
    {
        var buffer = result.Buffer;
        var isPaused = false;
        try
        {
            while (_state != ConnectionState.Closed
                && !(isPaused = BytesBeingStored >= Limits.MaxBytesBeingStored)
                && FrameReader.TryRead(ref buffer, Limits.MaxFrameBytes, out var frame))
            {
                Volatile.Write(ref _lastRead, Time.GetTimestamp());
                OnFrame(frame);
            }
        }
        finally
        {
            // Also when a frame was a fault: what the peer still sends is read until it has seen why we end.
            _input.AdvanceTo(buffer.Start, isPaused ? buffer.Start : buffer.End);
        }

        if (result.IsCompleted && !isPaused)
        {
            _state = ConnectionState.Closed;
        }
    }

    private void PumpLinks()
    {
        var turns = _ready.Count;
        while (turns-- > 0 && !IsFull && _ready.TryDequeue(out var link))
        {
            link.IsReady = false;
            if (link.Pump(MessagesPerTurn))
            {
                Ready(link);
            }
        }

        foreach (var session in _dirty)
        {
            session.FlushAccepted();
        }

        _dirty.Clear();
        if (_ready.Count > 0)
        {
            // The next round must not wait for the peer.
            _input.CancelPendingRead();
        }
    }

    private async ValueTask FlushAsync()
    {
        if (Writer.UnflushedBytes == 0)
        {
            return;
        }

        var now = Time.GetTimestamp();
        Volatile.Write(ref _lastWrite, now);
        Volatile.Write(ref _flushStarted, now);
        var result = await Writer.FlushAsync(CancellationToken.None);
        Volatile.Write(ref _flushStarted, 0);
        if (result.IsCompleted)
        {
            _state = ConnectionState.Closed;
        }
    }

    /// <summary>Waits for a notice alone: the peer's bytes stay where they are.</summary>
    private async Task SleepAsync()
    {
        var sleeper = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _sleeper, sleeper);
        if (_mailbox.IsEmpty)
        {
            await sleeper.Task;
        }
    }

    private void Wake()
    {
        _input.CancelPendingRead();
        Interlocked.Exchange(ref _sleeper, null)?.TrySetResult();
    }

    private void EndSessions()
    {
        foreach (var session in _sessions.Values)
        {
            session.End();
        }

        _sessions.Clear();
        _ready.Clear();
        _mailbox.Close();
    }
}
