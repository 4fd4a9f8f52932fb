using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>
/// A peer that says yes to everything until the script says otherwise: what a broker may do and the emulator never
/// does. Each connection is served by one loop, so a script never runs beside itself.
/// </summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    public const ushort ChannelMax = 20;

    private static readonly byte[] SaslHeader = "AMQP\x03\x01\x00\x00"u8.ToArray();
    private static readonly byte[] AmqpHeader = "AMQP\x00\x01\x00\x00"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _accepting;

    private ScriptedPeer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public static ScriptedPeer Start() => new();

    public string ConnectionString =>
        $"Endpoint=sb://{_listener.LocalEndpoint};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;";

    public int ConnectionCount { get; private set; }

    /// <summary>What to answer a message sent to an entity; null answers nothing.</summary>
    public Func<Message, DeliveryState?> OnMessage { get; set; } = _ => new Accepted();

    /// <summary>Sees each frame first; true means that it has dealt with it.</summary>
    public Func<PeerConnection, Frame, bool> OnFrame { get; set; } = (_, _) => false;

    /// <summary>How many frames of transfers a session takes before the peer opens its window again.</summary>
    public uint Window { get; set; } = 100;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                ConnectionCount++;
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var connection = new PeerConnection(client.GetStream());
            try
            {
                var reader = PipeReader.Create(connection.Stream);
                await ExchangeAsync(connection, reader, SaslHeader);
                connection.Send(0, new SaslMechanisms { SaslServerMechanisms = ["MSSBCBS"] }, type: FrameCodec.Sasl);
                await NextAsync(reader);
                connection.Send(0, new SaslOutcome { Code = SaslCode.Ok }, type: FrameCodec.Sasl);
                await ExchangeAsync(connection, reader, AmqpHeader);
                while (true)
                {
                    Answer(connection, await NextAsync(reader));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or EndOfStreamException)
            {
                // The client or the script has ended the connection.
            }
        }
    }

    private async Task ExchangeAsync(PeerConnection connection, PipeReader reader, byte[] header)
    {
        var read = await reader.ReadAtLeastAsync(header.Length, _ending.Token);
        reader.AdvanceTo(read.Buffer.GetPosition(header.Length));
        connection.Stream.Write(header);
    }

    private async Task<Frame> NextAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync(_ending.Token);
            var input = read.Buffer;
            var found = FrameCodec.TryRead(ref input, Handshake.MaxFrameBytes, out var frame);
            reader.AdvanceTo(input.Start, found ? input.Start : input.End);
            if (found)
            {
                return frame;
            }

            if (read.IsCompleted)
            {
                throw new EndOfStreamException();
            }
        }
    }

    private void Answer(PeerConnection connection, Frame frame)
    {
        if (OnFrame(connection, frame))
        {
            return;
        }

        switch (frame.Performative)
        {
            case Open:
                connection.Send(0, new Open { ContainerId = "scripted", MaxFrameSize = 4096, ChannelMax = ChannelMax });
                break;
            case Begin:
                connection.Send(frame.Channel, new Begin
                {
                    RemoteChannel = frame.Channel,
                    NextOutgoingId = 0,
                    IncomingWindow = Window,
                    OutgoingWindow = 100,
                });
                break;
            case Attach attach:
                connection.Attach(frame.Channel, attach, Window);
                break;
            case Transfer transfer:
                connection.Receive(frame.Channel, transfer, frame.Payload, Window, OnMessage);
                break;
            case Detach detach:
                connection.Send(frame.Channel, new Detach { Handle = detach.Handle, Closed = true });
                break;
            case End:
                connection.Send(frame.Channel, new End());
                break;
            case Close:
                connection.Send(0, new Close());
                break;
        }
    }
}
