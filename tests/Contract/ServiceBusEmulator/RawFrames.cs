using System.Buffers.Binary;
using Amqp;
using Amqp.Types;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Frames as bytes, with every field as the test wants it.</summary>
internal static class RawFrames
{
    /// <summary>A transfer with its flags untouched, unlike the writer's.</summary>
    public static byte[] Transfer(Amqp.Framing.Transfer transfer, ReadOnlySpan<byte> payload) =>
        Amqp(0, transfer, payload);

    public static byte[] Amqp(ushort number, DescribedList performative, ReadOnlySpan<byte> payload = default)
    {
        var encoded = new ByteBuffer(256, autoGrow: true);
        performative.Encode(encoded);
        return Frame(0, number, [.. encoded.Buffer.AsSpan(encoded.Offset, encoded.Length), .. payload]);
    }

    public static byte[] Frame(
        byte type, ushort number, ReadOnlySpan<byte> body, uint? claimedSize = null, byte dataAt = 2)
    {
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, claimedSize ?? (uint)frame.Length);
        frame[4] = dataAt;
        frame[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(6), number);
        body.CopyTo(frame.AsSpan(8));
        return frame;
    }
}
