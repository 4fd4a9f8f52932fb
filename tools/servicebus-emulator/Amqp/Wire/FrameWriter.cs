using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Writes frames into a connection's pipe. Used by that connection's loop alone.</summary>
internal sealed class FrameWriter(PipeWriter output)
{
    private readonly ByteBuffer _scratch = new(1024, autoGrow: true);

    /// <summary>The peer's limit, known after its open; until then the smallest one that the protocol allows.</summary>
    public int MaxFrameBytes { get; set; } = 512;

    /// <summary>Bytes written since the last flush.</summary>
    public int UnflushedBytes { get; private set; }

    public void ProtocolHeader(byte protocolId)
    {
        ReadOnlySpan<byte> header = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', protocolId, 1, 0, 0];
        Write(header);
    }

    public void Empty() => Write(0, Frame.AmqpType, []);

    public void Amqp(ushort number, DescribedList performative) => Write(number, Frame.AmqpType, Encode(performative));

    public void Sasl(DescribedList performative) => Write(0, Frame.SaslType, Encode(performative));

    /// <summary>
    /// Writes as much of a delivery as one frame holds and returns how much that was. The first frame of a delivery
    /// carries its id and tag; <paramref name="transfer"/> has its more flag set here.
    /// </summary>
    public int Transfer(ushort number, Transfer transfer, ReadOnlySpan<byte> payload)
    {
        transfer.More = false;
        var performative = Encode(transfer);
        var room = MaxFrameBytes - Frame.HeaderBytes - performative.Length;
        var taken = Math.Min(room, payload.Length);
        if (taken < payload.Length)
        {
            transfer.More = true;
            performative = Encode(transfer);
        }

        Write(number, Frame.AmqpType, performative, payload[..taken]);
        return taken;
    }

    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        UnflushedBytes = 0;
        return output.FlushAsync(cancellationToken);
    }

    private ReadOnlySpan<byte> Encode(DescribedList performative)
    {
        _scratch.Reset();
        performative.Encode(_scratch);
        return _scratch.Buffer.AsSpan(_scratch.Offset, _scratch.Length);
    }

    private void Write(ushort number, byte type, ReadOnlySpan<byte> performative, ReadOnlySpan<byte> payload = default)
    {
        Span<byte> header = stackalloc byte[Frame.HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, Frame.HeaderBytes + performative.Length + payload.Length);
        header[4] = 2;
        header[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], number);
        Write(header);
        Write(performative);
        Write(payload);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        UnflushedBytes += bytes.Length;
        output.Write(bytes);
    }
}
