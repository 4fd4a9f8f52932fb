using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>Where a broker listens.</summary>
internal sealed record BrokerAddress(string Host, int Port, bool UsesTls);

/// <summary>A stream on which SASL is done and both sides have said open.</summary>
internal sealed record OpenedStream(Stream Stream, PipeReader Reader, Open RemoteOpen);

/// <summary>Connects, secures, authenticates, opens. Service Bus takes its real credentials later, over <c>$cbs</c>.</summary>
internal static class Handshake
{
    public const int MaxFrameBytes = 64 * 1024;

    /// <summary>After this long without a frame the peer counts as lost; it is told half, as the standard advises.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    private const string ServiceBusMechanism = "MSSBCBS";
    private static readonly byte[] SaslHeader = "AMQP\x03\x01\x00\x00"u8.ToArray();
    private static readonly byte[] AmqpHeader = "AMQP\x00\x01\x00\x00"u8.ToArray();

    public static async Task<OpenedStream> OpenAsync(
        BrokerAddress address, string containerId, CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        try
        {
            var reader = PipeReader.Create(stream);
            await AuthenticateAsync(stream, reader, cancellationToken).ConfigureAwait(false);
            await ExchangeHeadersAsync(stream, reader, AmqpHeader, cancellationToken).ConfigureAwait(false);
            var open = new Open
            {
                ContainerId = containerId,
                HostName = address.Host,
                MaxFrameSize = MaxFrameBytes,
                ChannelMax = ushort.MaxValue,
                IdleTimeOut = (uint)(IdleTimeout.TotalMilliseconds / 2),
            };
            await WriteAsync(stream, FrameCodec.Amqp, open, cancellationToken).ConfigureAwait(false);
            var answer = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            return answer.Performative switch
            {
                Open remoteOpen => new OpenedStream(stream, reader, remoteOpen),
                Close close => throw AmqpFault.From(close.Error, AmqpFault.ConnectionLost),
                _ => throw Unexpected(answer),
            };
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Stream> ConnectAsync(BrokerAddress address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (!address.UsesTls)
            {
                return stream;
            }

            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = address.Host }, cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task AuthenticateAsync(Stream stream, PipeReader reader, CancellationToken cancellationToken)
    {
        await ExchangeHeadersAsync(stream, reader, SaslHeader, cancellationToken).ConfigureAwait(false);
        var init = new SaslInit { Mechanism = ServiceBusMechanism };
        var offered = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        if (offered.Performative is not SaslMechanisms mechanisms)
        {
            throw Unexpected(offered);
        }

        if (!mechanisms.SaslServerMechanisms.Contains((Symbol)ServiceBusMechanism))
        {
            throw new AmqpFault("amqp:unauthorized-access", $"The peer does not offer {ServiceBusMechanism}.");
        }

        await WriteAsync(stream, FrameCodec.Sasl, init, cancellationToken).ConfigureAwait(false);
        var outcome = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        if (outcome.Performative is not SaslOutcome { Code: SaslCode.Ok })
        {
            throw new AmqpFault("amqp:unauthorized-access", "The peer refused the SASL exchange.");
        }
    }

    private static async Task ExchangeHeadersAsync(
        Stream stream, PipeReader reader, byte[] header, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        var read = await reader.ReadAtLeastAsync(header.Length, cancellationToken).ConfigureAwait(false);
        if (read.Buffer.Length < header.Length)
        {
            throw new AmqpFault(AmqpFault.ConnectionLost, "The peer closed the connection before it said its version.");
        }

        var answer = read.Buffer.Slice(0, header.Length).ToArray();
        reader.AdvanceTo(read.Buffer.GetPosition(header.Length));
        if (!answer.AsSpan().SequenceEqual(header))
        {
            throw new AmqpFault("amqp:connection:framing-error", "The peer speaks another version of the protocol.");
        }
    }

    private static async Task WriteAsync(
        Stream stream, byte type, Described performative, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        FrameCodec.Write(buffer, type, 0, performative, default);
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Frame> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var input = read.Buffer;
            var found = FrameCodec.TryRead(ref input, MaxFrameBytes, out var frame);
            reader.AdvanceTo(input.Start, found ? input.Start : input.End);
            if (found)
            {
                return frame;
            }

            if (read.IsCompleted)
            {
                throw new AmqpFault(AmqpFault.ConnectionLost, "The peer closed the connection during the handshake.");
            }
        }
    }

    private static AmqpFault Unexpected(Frame frame) =>
        new("amqp:connection:framing-error", $"Unexpected in the handshake: {frame.Performative?.GetType().Name ?? "nothing"}.");
}
