using System.Buffers.Binary;
using System.Text;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Reads what <see cref="ByteBuffer"/> wrote. Reading past the end means a damaged file and throws.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal readonly bool IsAtEnd => _rest.IsEmpty;

    internal byte ReadByte() => Take(1)[0];

    internal int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    internal long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    internal int ReadLength()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = ReadByte();
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value <= int.MaxValue ? (int)value : throw Damaged();
            }
        }

        throw Damaged();
    }

    /// <summary>A copy, so that one small value does not keep a large frame in memory.</summary>
    internal byte[] ReadBytes() => Take(ReadLength()).ToArray();

    internal string ReadText() => Encoding.UTF8.GetString(Take(ReadLength()));

    internal DateTimeOffset ReadTime()
    {
        var ticks = ReadInt64();
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw Damaged();
    }

    internal ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw Damaged();
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static InvalidDataException Damaged() => new("The journal holds a record that ends too early.");
}
