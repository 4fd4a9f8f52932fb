using System.Globalization;
using System.Net.WebSockets;
using ServerlessGateway.Bench.Harness;

namespace ServerlessGateway.Bench.WebPubSub;

/// <summary>
/// Clients that take what is broadcast and time it, from the moment that is written in it. They share the process with
/// the sender, so both read one clock.
/// </summary>
internal sealed class Audience : IAsyncDisposable
{
    /// <summary>Stands before the stamp, so that it is found in whatever frame the message travels in.</summary>
    public const string StampMark = "stamp:";

    /// <summary>Digits of a stamp, leading zeros included, so that all messages are of one size.</summary>
    public const int StampDigits = 19;

    private const int OpeningAtOnce = 32;

    private readonly HttpMessageInvoker _handshakes = new(new SocketsHttpHandler());
    private readonly List<ClientWebSocket> _sockets = [];
    private readonly List<Task> _reading = [];
    private LoadRecorder? _recorder;
    private long _received;

    public int Count => _sockets.Count;

    /// <summary>How many messages all clients together have taken.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Opens so many connections, each with <paramref name="openingFrames"/> frames before the first message.</summary>
    public async Task OpenAsync(Uri url, string? subprotocol, int count, int openingFrames, CancellationToken cancellationToken)
    {
        var gate = new Lock();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = OpeningAtOnce, CancellationToken = cancellationToken },
            async (_, token) =>
            {
                var socket = new ClientWebSocket();
                socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
                if (subprotocol is not null)
                {
                    socket.Options.AddSubProtocol(subprotocol);
                }

                await socket.ConnectAsync(url, _handshakes, token);
                var buffer = new byte[2048];
                for (var frame = 0; frame < openingFrames; frame++)
                {
                    await ReadAsync(socket, buffer, token);
                }

                lock (gate)
                {
                    _sockets.Add(socket);
                    _reading.Add(ReadAllAsync(socket, buffer));
                }
            });
    }

    /// <summary>Times what comes from now on into this recorder.</summary>
    public void Record(LoadRecorder recorder) => Volatile.Write(ref _recorder, recorder);

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
        {
            socket.Abort();
        }

        await Task.WhenAll(_reading);
        _handshakes.Dispose();
    }

    private async Task ReadAllAsync(ClientWebSocket socket, byte[] buffer)
    {
        try
        {
            while (await ReadAsync(socket, buffer, CancellationToken.None) is var length and > 0)
            {
                Take(buffer.AsSpan(0, length));
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // Aborted at the end of the bench; a connection lost before shows as messages that never come.
        }
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var at = frame.IndexOf("stamp:"u8);
        var sent = long.Parse(frame.Slice(at + StampMark.Length, StampDigits), CultureInfo.InvariantCulture);
        Volatile.Read(ref _recorder)?.Done(sent);
        Interlocked.Increment(ref _received);
    }

    /// <summary>The length of the next message; 0 at the end.</summary>
    private static async Task<int> ReadAsync(ClientWebSocket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return 0;
            }

            if (part.EndOfMessage)
            {
                return length;
            }
        }
    }
}
