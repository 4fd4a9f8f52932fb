using System.Buffers.Binary;
using System.Text;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Bytes that grow as they are written: little-endian, lengths as variable-length integers.</summary>
internal sealed class ByteBuffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];

    internal int Length { get; private set; }

    internal int Capacity => _bytes.Length;

    internal ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    internal void Clear() => Length = 0;

    internal Span<byte> At(int offset, int length) => _bytes.AsSpan(offset, length);

    internal void WriteByte(byte value) => Take(1)[0] = value;

    internal void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), value);

    internal void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);

    internal void WriteLength(int value)
    {
        var rest = (uint)value;
        while (rest >= 0x80)
        {
            WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        WriteByte((byte)rest);
    }

    internal void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteLength(value.Length);
        value.CopyTo(Take(value.Length));
    }

    internal void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteLength(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    internal void WriteTime(DateTimeOffset value) => WriteInt64(value.UtcTicks);

    internal Span<byte> Take(int length)
    {
        if (length > _bytes.Length - Length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, Length + (long)length))));
        }

        var taken = _bytes.AsSpan(Length, length);
        Length += length;
        return taken;
    }
}
