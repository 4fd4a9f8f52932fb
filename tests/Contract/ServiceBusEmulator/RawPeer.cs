using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>
/// A client made of single frames: for what no client library would send, and for what it would hide.
/// </summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly PipeReader _input;
    private readonly FrameWriter _writer;

    private RawPeer(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(_stream);
        _writer = new FrameWriter(PipeWriter.Create(_stream)) { MaxFrameBytes = 65_536 };
    }

    public static async Task<RawPeer> ConnectAsync(IPEndPoint endPoint, int? receiveBufferBytes = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        await socket.ConnectAsync(endPoint);
        return new RawPeer(socket);
    }

    /// <summary>SASL PLAIN, open, and one session numbered 0.</summary>
    public async Task OpenAsync(uint incomingWindow = 5_000, string container = "raw")
    {
        await HandshakeAsync();
        await SendAsync(0, new Open { ContainerId = container, HostName = "localhost" });
        await ExpectAsync<Open>();
        await SendAsync(0, new Begin { NextOutgoingId = 0, IncomingWindow = incomingWindow, OutgoingWindow = 5_000 });
        await ExpectAsync<Begin>();
    }

    public async Task HandshakeAsync()
    {
        _writer.ProtocolHeader(3);
        await FlushAsync();
        Assert.Equal("AMQP\u0003\u0001\0\0", await ReadTextAsync(8));
        Assert.IsType<SaslMechanisms>(await ReadAsync());
        _writer.Sasl(new SaslInit
        {
            Mechanism = "PLAIN",
            InitialResponse = Encoding.ASCII.GetBytes("\0RootManageSharedAccessKey\0SAS_KEY_VALUE"),
        });
        await FlushAsync();
        Assert.Equal(SaslCode.Ok, Assert.IsType<SaslOutcome>(await ReadAsync()).Code);
        _writer.ProtocolHeader(0);
        await FlushAsync();
        Assert.Equal("AMQP\0\u0001\0\0", await ReadTextAsync(8));
    }

    /// <summary>Attaches as a receiver and grants credit.</summary>
    public async Task<Attach> AttachReceiverAsync(string address, uint credit, uint handle = 0, bool settled = false)
    {
        await SendAsync(0, new Attach
        {
            LinkName = $"receiver-{handle}",
            Handle = handle,
            Role = true,
            SndSettleMode = settled ? SenderSettleMode.Settled : SenderSettleMode.Unsettled,
            RcvSettleMode = ReceiverSettleMode.Second,
            Source = new Source { Address = address },
            Target = new Target(),
        });
        var answer = await ExpectAsync<Attach>();
        if (credit > 0)
        {
            await FlowAsync(credit, 0, handle: handle);
        }

        return answer;
    }

    /// <summary>Attaches as a sender and waits for credit.</summary>
    public async Task<Flow> AttachSenderAsync(string address, uint handle = 0)
    {
        await SendAsync(0, new Attach
        {
            LinkName = $"sender-{handle}",
            Handle = handle,
            Role = false,
            Source = new Source(),
            Target = new Target { Address = address },
            InitialDeliveryCount = 0,
        });
        await ExpectAsync<Attach>();
        return await ExpectAsync<Flow>();
    }

    public Task FlowAsync(uint credit, uint deliveryCount, bool drain = false, bool echo = false, uint handle = 0) =>
        SendAsync(0, new Flow
        {
            NextIncomingId = 1,
            IncomingWindow = 5_000,
            NextOutgoingId = 0,
            OutgoingWindow = 5_000,
            Handle = handle,
            DeliveryCount = deliveryCount,
            LinkCredit = credit,
            Drain = drain,
            Echo = echo,
        });

    /// <summary>
    /// A session flow with echo: its answer proves that everything before it has been read, and answered where it could
    /// be. Returns how many dispositions came first.
    /// </summary>
    public async Task<int> EchoAsync()
    {
        var dispositions = 0;
        await SendAsync(0, new Flow
        {
            NextIncomingId = 1,
            IncomingWindow = 5_000,
            NextOutgoingId = 0,
            OutgoingWindow = 10,
            Echo = true,
        });
        while (await ReadAsync() is { } performative)
        {
            if (performative is Flow { HasHandle: false })
            {
                return dispositions;
            }

            dispositions += performative is Dispose ? 1 : 0;
        }

        throw new InvalidOperationException("The connection ended before it answered.");
    }

    public async Task SendAsync(ushort number, DescribedList performative)
    {
        _writer.Amqp(number, performative);
        await FlushAsync();
    }

    /// <summary>Sends a whole message in one transfer; false flags of the frame are given by the caller.</summary>
    public async Task TransferAsync(Transfer transfer, byte[] payload)
    {
        _writer.Transfer(0, transfer, payload);
        await FlushAsync();
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>Sends to a server that may have cut the connection by now; false where it has.</summary>
    public async Task<bool> TrySendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
            return true;
        }
        catch (IOException e)
        {
            Assert.IsType<SocketException>(e.InnerException);
            return false;
        }
    }

    /// <summary>The next performative that is no empty frame; null at the end of the connection.</summary>
    public async Task<Described?> ReadAsync()
    {
        while (await ReadFrameAsync() is { } frame)
        {
            if (frame.Body.Length > 0)
            {
                var performative = PerformativeDecoder.Decode(frame.Body, out var payload);
                LastPayload = payload;
                return performative;
            }
        }

        return null;
    }

    /// <summary>The next frame has to be empty: a heartbeat.</summary>
    public async Task ExpectEmptyAsync() => Assert.Empty((await ReadFrameAsync())!.Value.Body);

    /// <summary>Tells the server that nothing more will come, and can still read.</summary>
    public void StopSending()
    {
        try
        {
            _stream.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.NotConnected, e.SocketErrorCode);
        }
    }

    /// <summary>What followed the last performative in its frame.</summary>
    public ReadOnlyMemory<byte> LastPayload { get; private set; }

    /// <summary>The next performative has to be of this kind.</summary>
    public async Task<T> ExpectAsync<T>()
        where T : Described => Assert.IsType<T>(await ReadAsync());

    /// <summary>
    /// Reads until the server ends the connection, and returns the error of its close, if it gave one.
    /// </summary>
    public async Task<Error?> ReadToEndAsync()
    {
        Error? error = null;
        while (await ReadAsync() is { } performative)
        {
            error = (performative as Close)?.Error ?? error;
        }

        return error;
    }

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        await _stream.DisposeAsync();
    }

    private async Task<Frame?> ReadFrameAsync()
    {
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        while (true)
        {
            var result = await ReadOrEndAsync(guard.Token);
            var buffer = result.Buffer;
            if (FrameReader.TryRead(ref buffer, int.MaxValue, out var frame))
            {
                _input.AdvanceTo(buffer.Start);
                return frame;
            }

            if (result.IsCompleted)
            {
                return null;
            }

            _input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private async ValueTask<ReadResult> ReadOrEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _input.ReadAsync(cancellationToken);
        }
        catch (IOException)
        {
            // A reset is an end as well.
            return new ReadResult(default, isCanceled: false, isCompleted: true);
        }
    }

    /// <summary>All that the server still sends, as text.</summary>
    public async Task<string> ReadTextToEndAsync()
    {
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        while (true)
        {
            var result = await _input.ReadAsync(guard.Token);
            if (result.IsCompleted)
            {
                return Encoding.ASCII.GetString(result.Buffer);
            }

            _input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public async Task<string> ReadTextAsync(int bytes)
    {
        var result = await _input.ReadAtLeastAsync(bytes);
        var text = Encoding.ASCII.GetString(result.Buffer.Slice(0, bytes));
        _input.AdvanceTo(result.Buffer.GetPosition(bytes));
        return text;
    }

    private async Task FlushAsync() => await _writer.FlushAsync(CancellationToken.None);
}
