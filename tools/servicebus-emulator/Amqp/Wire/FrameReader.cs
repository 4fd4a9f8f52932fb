using System.Buffers;
using System.Buffers.Binary;
using Amqp;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Cuts frames out of the bytes of a connection. Nothing is allocated before a frame's size is known to be fair.
/// </summary>
internal static class FrameReader
{
    /// <summary>Takes one whole frame off the front of <paramref name="buffer"/>, if there is one.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxFrameBytes, out Frame frame)
    {
        frame = default;
        if (buffer.Length < Frame.HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[Frame.HeaderBytes];
        buffer.Slice(0, Frame.HeaderBytes).CopyTo(header);
        var size = BinaryPrimitives.ReadUInt32BigEndian(header);
        var bodyAt = header[4] * 4;
        if (size > maxFrameBytes || size < Frame.HeaderBytes || bodyAt < Frame.HeaderBytes || bodyAt > size)
        {
            throw new AmqpFaultException(
                ErrorCode.FramingError,
                $"A frame of {size} bytes with its data at {bodyAt} is refused; the limit is {maxFrameBytes} bytes.");
        }

        if (buffer.Length < size)
        {
            return false;
        }

        var body = buffer.Slice(bodyAt, size - bodyAt).ToArray();
        frame = new Frame(header[5], BinaryPrimitives.ReadUInt16BigEndian(header[6..]), body);
        buffer = buffer.Slice(size);
        return true;
    }
}
