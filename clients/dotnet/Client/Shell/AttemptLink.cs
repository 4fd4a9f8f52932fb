using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace ServerlessGateway.Client.Shell;

/// <summary>
/// One attempt's socket: frames in, frames out, and an end. Sending never waits: what does not fit into the buffer
/// means that the other end has stopped reading, and then the connection is worth nothing.
/// </summary>
internal sealed class AttemptLink : IDisposable
{
    /// <summary>
    /// One publish request and a read for some channels are under way at most; more waiting frames mean a stuck socket.
    /// </summary>
    private const int MaxWaitingFrames = 1024;

    /// <summary>Web PubSub's largest frame is 1 MB; twice that leaves room for any it may come to allow.</summary>
    private const int MaxFrameBytes = 2 * 1024 * 1024;

    /// <summary>How long a close may take before the socket is cut.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _endLock = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(MaxWaitingFrames) { SingleReader = true });

    private volatile ClientWebSocket? _socket;
    private ITimer? _guard;
    private bool _isDisposed;

    public AttemptLink(int attempt)
    {
        Attempt = attempt;
        Aborted = _abort.Token;
    }

    public int Attempt { get; }

    /// <summary>Signalled when the attempt is given up.</summary>
    public CancellationToken Aborted { get; }

    /// <summary>Queues a frame; false where the buffer is full.</summary>
    public bool TrySend(ReadOnlyMemory<byte> frame) => _outgoing.Writer.TryWrite(frame);

    /// <summary>
    /// Sends what is queued, says goodbye, and cuts the socket where that takes too long or it is not open yet.
    /// </summary>
    public void Close(TimeProvider time)
    {
        _outgoing.Writer.TryComplete();
        if (_socket?.State != WebSocketState.Open)
        {
            Abort();
            return;
        }

        lock (_endLock)
        {
            _guard ??= _isDisposed
                ? null
                : time.CreateTimer(_ => Abort(), null, CloseTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whatever is under way ends; after the end it does nothing.</summary>
    public void Abort()
    {
        lock (_endLock)
        {
            if (!_isDisposed)
            {
                _abort.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_endLock)
        {
            _isDisposed = true;
            _guard?.Dispose();
            _abort.Dispose();
        }
    }

    /// <summary>Opens the socket and serves it until it ends; returns why.</summary>
    public async Task<string> RunAsync(string url, string protocol, Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        // The subprotocol's ping does this, and its answer proves more.
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(new Uri(url), Aborted).ConfigureAwait(false);
        _socket = socket;
        var sending = SendAllAsync(socket);
        try
        {
            return await ReceiveAllAsync(socket, onFrame).ConfigureAwait(false);
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            Abort();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAllAsync(ClientWebSocket socket)
    {
        await foreach (var frame in _outgoing.Reader.ReadAllAsync(Aborted).ConfigureAwait(false))
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, true, Aborted).ConfigureAwait(false);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Aborted).ConfigureAwait(false);
    }

    private async Task<string> ReceiveAllAsync(ClientWebSocket socket, Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.GetMemory(4096), Aborted).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return $"closed by the service: {socket.CloseStatus} {socket.CloseStatusDescription}";
            }

            buffer.Advance(result.Count);
            if (buffer.WrittenCount > MaxFrameBytes)
            {
                return $"a frame of more than {MaxFrameBytes} bytes";
            }

            if (result.EndOfMessage)
            {
                if (result.MessageType == WebSocketMessageType.Text)
                {
                    await onFrame(buffer.WrittenSpan.ToArray()).ConfigureAwait(false);
                }

                buffer.ResetWrittenCount();
            }
        }
    }
}
