using System.Buffers;
using System.Buffers.Binary;
using Amqp;
using Amqp.Types;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>One frame as it arrived; an empty one keeps the connection alive and has no performative.</summary>
internal readonly record struct Frame(ushort Channel, Described? Performative, ReadOnlyMemory<byte> Payload);

/// <summary>Frames of AMQP 1.0 (part 2.3): size, data offset, type, channel, performative, payload.</summary>
internal static class FrameCodec
{
    public const byte Amqp = 0;
    public const byte Sasl = 1;
    public const int HeaderBytes = 8;

    /// <summary>More than a transfer with its four-byte tag ever takes.</summary>
    public const int PerformativeReserve = 128;

    private const byte HeaderWords = 2;

    public static void Write(
        IBufferWriter<byte> output, byte type, ushort channel, Described? performative, ReadOnlySpan<byte> payload)
    {
        var encoded = new ByteBuffer(PerformativeReserve, autoGrow: true);
        performative?.Encode(encoded);
        var size = HeaderBytes + encoded.Length + payload.Length;
        var span = output.GetSpan(size);
        BinaryPrimitives.WriteInt32BigEndian(span, size);
        span[4] = HeaderWords;
        span[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(span[6..], channel);
        encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).CopyTo(span[HeaderBytes..]);
        payload.CopyTo(span[(HeaderBytes + encoded.Length)..]);
        output.Advance(size);
    }

    /// <summary>Takes one whole frame off the input, if it is there.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> input, int maxFrameBytes, out Frame frame)
    {
        frame = default;
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (input.Length < HeaderBytes)
        {
            return false;
        }

        input.Slice(0, HeaderBytes).CopyTo(header);
        var size = BinaryPrimitives.ReadInt32BigEndian(header);
        var bodyAt = header[4] * 4;
        if (size < HeaderBytes || size > maxFrameBytes || bodyAt < HeaderBytes || bodyAt > size)
        {
            throw new AmqpFault("amqp:connection:framing-error", $"A frame of {size} bytes with its body at {bodyAt}.");
        }

        if (input.Length < size)
        {
            return false;
        }

        frame = Decode(BinaryPrimitives.ReadUInt16BigEndian(header[6..]), input.Slice(bodyAt, size - bodyAt).ToArray());
        input = input.Slice(size);
        return true;
    }

    private static Frame Decode(ushort channel, byte[] body)
    {
        if (body.Length == 0)
        {
            return new Frame(channel, null, default);
        }

        var buffer = new ByteBuffer(body, 0, body.Length, body.Length);
        var performative = (Described)Encoder.ReadObject(buffer);
        return new Frame(channel, performative, body.AsMemory(buffer.Offset));
    }
}
