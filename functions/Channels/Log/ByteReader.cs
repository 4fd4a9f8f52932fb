using System.Buffers.Binary;
using System.Text;

namespace ServerlessGateway.Channels.Log;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Bytes are slices of the source, not copies.</summary>
/// <exception cref="InvalidDataException">Thrown by every member where the bytes end too early or a value is out of
/// range.</exception>
internal sealed class ByteReader(ReadOnlyMemory<byte> source)
{
    private int _at;

    public bool IsAtEnd => _at == source.Length;

    public ReadOnlyMemory<byte> ReadBytes(int count)
    {
        if (count < 0 || count > source.Length - _at)
        {
            throw new InvalidDataException("The bytes end too early.");
        }

        _at += count;
        return source.Slice(_at - count, count);
    }

    public byte ReadByte() => ReadBytes(1).Span[0];

    public long ReadNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("A number has more than 63 bits.");
    }

    /// <summary>A number that counts or measures something in memory.</summary>
    public int ReadCount() => ReadNumber() is var value && value <= source.Length
        ? (int)value
        : throw new InvalidDataException("A count is larger than the bytes that hold it.");

    public UInt128 ReadBits() => BinaryPrimitives.ReadUInt128BigEndian(ReadBytes(16).Span);

    public DateTimeOffset ReadTime()
    {
        var milliseconds = ReadNumber();
        return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new InvalidDataException("A time lies behind the end of the calendar.");
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes(ReadCount()).Span);

    /// <summary>A record by a reader of its own, which need not read to its end.</summary>
    public ByteReader ReadRecord() => new(ReadBytes(ReadCount()));
}
