using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Amqp;
using Amqp.Sasl;
using Amqp.Types;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// From the first byte to the AMQP header. Nothing is written in a layer before the client's header of that layer has
/// been read: rhea, under Microsoft's JavaScript SDK, takes an AMQP header that arrives in one packet with the SASL
/// outcome for a frame of a gigabyte and waits for the rest of it for ever.
/// </summary>
internal sealed class SaslHandshake(PipeReader input, FrameWriter writer, SharedAccessKey key)
{
    private const byte PlainProtocol = 0;
    private const byte SaslProtocol = 3;

    /// <summary>The limit for frames before open, by the protocol's own rule.</summary>
    private const int MaxSaslFrameBytes = 512 * 8;

    private static readonly Symbol[] Mechanisms = ["MSSBCBS", "ANONYMOUS", "PLAIN", "EXTERNAL"];

    /// <summary>Runs the handshake; false where the peer was refused and told so.</summary>
    public async Task<bool> RunAsync(ClaimSet claims, CancellationToken cancellationToken)
    {
        var protocol = await ReadHeaderAsync(cancellationToken);
        if (protocol == SaslProtocol)
        {
            if (!await AuthenticateAsync(claims, cancellationToken))
            {
                return false;
            }

            protocol = await ReadHeaderAsync(cancellationToken);
        }

        // A header that we do not speak is answered with one that we do, and the connection ends.
        writer.ProtocolHeader(protocol == PlainProtocol ? PlainProtocol : SaslProtocol);
        await writer.FlushAsync(cancellationToken);
        return protocol == PlainProtocol;
    }

    private async Task<bool> AuthenticateAsync(ClaimSet claims, CancellationToken cancellationToken)
    {
        writer.ProtocolHeader(SaslProtocol);
        writer.Sasl(new SaslMechanisms { SaslServerMechanisms = Mechanisms });
        await writer.FlushAsync(cancellationToken);

        var frame = await ReadFrameAsync(cancellationToken);
        if (frame.Type != Frame.SaslType || PerformativeDecoder.Decode(frame.Body, out _) is not SaslInit init)
        {
            throw new AmqpFaultException(ErrorCode.IllegalState, "A sasl-init frame is expected.");
        }

        var code = Judge(init, claims);
        writer.Sasl(new SaslOutcome { Code = code });
        await writer.FlushAsync(cancellationToken);
        return code == SaslCode.Ok;
    }

    private SaslCode Judge(SaslInit init, ClaimSet claims)
    {
        string mechanism = init.Mechanism;
        if (mechanism is "MSSBCBS" or "ANONYMOUS" or "EXTERNAL")
        {
            // These prove nothing; such a connection has to put tokens to $cbs before its first link.
            return SaslCode.Ok;
        }

        if (mechanism != "PLAIN" || init.InitialResponse is null)
        {
            return SaslCode.Auth;
        }

        var parts = Encoding.UTF8.GetString(init.InitialResponse).Split('\0');
        if (parts.Length != 3 || parts[1] != key.Name || parts[2] != key.Key)
        {
            return SaslCode.Auth;
        }

        claims.GrantAll();
        return SaslCode.Ok;
    }

    private async Task<byte> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var result = await input.ReadAtLeastAsync(Frame.HeaderBytes, cancellationToken);
        if (result.Buffer.Length < Frame.HeaderBytes)
        {
            throw new AmqpFaultException(ErrorCode.FramingError, "The peer left before its protocol header.");
        }

        var header = result.Buffer.Slice(0, Frame.HeaderBytes).ToArray();
        input.AdvanceTo(result.Buffer.GetPosition(Frame.HeaderBytes));
        return header is [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', var protocol, 1, 0, 0]
            ? protocol
            : byte.MaxValue;
    }

    private async Task<Frame> ReadFrameAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (FrameReader.TryRead(ref buffer, MaxSaslFrameBytes, out var frame))
            {
                input.AdvanceTo(buffer.Start);
                return frame;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                throw new AmqpFaultException(ErrorCode.FramingError, "The peer left inside the SASL exchange.");
            }
        }
    }
}
