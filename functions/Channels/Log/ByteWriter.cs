using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// Writes the primitives that heads and segments are made of: whole numbers by 7 bits a byte, text and records by their
/// length.
/// </summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void WriteByte(byte value) => WriteBytes([value]);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    /// <summary>A whole number from 0 on, in 1 to 9 bytes.</summary>
    public void WriteNumber(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        WriteByte((byte)rest);
    }

    public void WriteBits(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(_buffer.GetSpan(16), value);
        _buffer.Advance(16);
    }

    public void WriteTime(DateTimeOffset value) => WriteNumber(value.ToUnixTimeMilliseconds());

    public void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteNumber(length);
        _buffer.Advance(Encoding.UTF8.GetBytes(value, _buffer.GetSpan(length)));
    }

    /// <summary>
    /// A record with its length before it, so that an older reader can skip what a newer writer appended to it.
    /// </summary>
    public void WriteRecord(Action<ByteWriter> write)
    {
        var record = new ByteWriter();
        write(record);
        WriteNumber(record.Length);
        WriteBytes(record.Written);
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
