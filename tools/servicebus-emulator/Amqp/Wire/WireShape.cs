using System.Buffers.Binary;
using Amqp;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Measures encoded AMQP values before the decoder sees them. The decoder trusts the counts it reads: a frame of twenty
/// bytes that claims a list of two billion items would allocate them, and lists nested a thousand deep would end the
/// process by stack overflow. So every value is walked first: each size must lie within its parent, each count must be
/// possible in its size, and nesting is bounded. What passes here, the decoder can only fail with an exception.
/// </summary>
internal static class WireShape
{
    /// <summary>
    /// Deeper than any performative or property map goes (attach, source, filter, described value: 5).
    /// </summary>
    public const int MaxDepth = 16;

    /// <summary>
    /// An array of values without bytes (true, null, 0) could claim any count; nobody sends a long one.
    /// </summary>
    private const int MaxEmptyArrayItems = 256;

    /// <summary>Returns the length of the first value in <paramref name="data"/> after checking all of it.</summary>
    public static int Check(ReadOnlySpan<byte> data) => Check(data, 0);

    /// <summary>
    /// Returns the length of the first value without looking into it; for what is never decoded here.
    /// </summary>
    public static int Skip(ReadOnlySpan<byte> data)
    {
        var offset = 0;
        while (At(data, offset) == 0)
        {
            offset++;
            offset += Skip(From(data, offset), 1);
        }

        return offset + Skip(From(data, offset), 1);
    }

    private static int Skip(ReadOnlySpan<byte> data, int depth)
    {
        // A described descriptor is legal and absurd; a few levels are followed, no more.
        if (At(data, 0) == 0)
        {
            EnsureDepth(depth);
            var descriptor = 1 + Skip(From(data, 1), depth + 1);
            return descriptor + Skip(From(data, descriptor), depth + 1);
        }

        var head = HeadOf(data);
        return Within(head.HeaderBytes + (long)head.BodyBytes, data.Length);
    }

    private static int Check(ReadOnlySpan<byte> data, int depth)
    {
        EnsureDepth(depth);
        if (At(data, 0) == 0)
        {
            var descriptor = 1 + Check(From(data, 1), depth + 1);
            return descriptor + Check(From(data, descriptor), depth + 1);
        }

        var head = HeadOf(data);
        var total = Within(head.HeaderBytes + (long)head.BodyBytes, data.Length);
        if (head.CountBytes > 0)
        {
            CheckCompound(data[0], head, data[head.HeaderBytes..total], depth);
        }

        return total;
    }

    private static void CheckCompound(byte code, Head head, ReadOnlySpan<byte> body, int depth)
    {
        if (body.Length < head.CountBytes)
        {
            throw Malformed("a compound value is shorter than its own count");
        }

        long count = head.CountBytes == 1 ? body[0] : BinaryPrimitives.ReadUInt32BigEndian(body);
        var items = body[head.CountBytes..];
        if ((code & 0xF0) >= 0xE0)
        {
            CheckArray(items, count, depth);
            return;
        }

        if (count > items.Length)
        {
            throw Malformed("a list or map claims more items than it has bytes");
        }

        var offset = 0;
        for (var i = 0L; i < count; i++)
        {
            offset += Check(From(items, offset), depth + 1);
        }

        EnsureFilled(offset, items.Length);
    }

    private static void CheckArray(ReadOnlySpan<byte> items, long count, int depth)
    {
        EnsureDepth(depth + 1);
        var code = At(items, 0);
        var width = code == 0
            ? throw Malformed("arrays of described values are not supported")
            : FixedWidth(code);
        if (width == 0 ? count > MaxEmptyArrayItems : count > items.Length)
        {
            throw Malformed("an array claims more items than it has bytes");
        }

        if (width >= 0)
        {
            EnsureFilled(1 + (count * width), items.Length);
            return;
        }

        var offset = 1;
        for (var i = 0L; i < count; i++)
        {
            offset += CheckArrayItem(code, items, offset, depth);
        }

        EnsureFilled(offset, items.Length);
    }

    /// <summary>Items of an array stand without their format code; the byte before an item serves as one.</summary>
    private static int CheckArrayItem(byte code, ReadOnlySpan<byte> items, int offset, int depth)
    {
        var head = HeadOf(code, From(items, offset), 0);
        var total = Within(head.HeaderBytes + (long)head.BodyBytes, items.Length - offset);
        if (head.CountBytes > 0)
        {
            CheckCompound(code, head, items.Slice(offset + head.HeaderBytes, head.BodyBytes), depth + 1);
        }

        return total;
    }

    private static Head HeadOf(ReadOnlySpan<byte> data) => HeadOf(data[0], data, 1);

    private static Head HeadOf(byte code, ReadOnlySpan<byte> data, int sizeAt)
    {
        var width = FixedWidth(code);
        if (width >= 0)
        {
            return new Head(sizeAt, width, 0);
        }

        var wide = (code & 0x10) != 0;
        if (data.Length < sizeAt + (wide ? 4 : 1))
        {
            throw Malformed("a value ends inside its size");
        }

        var size = wide ? BinaryPrimitives.ReadUInt32BigEndian(data[sizeAt..]) : data[sizeAt];
        if (size > int.MaxValue)
        {
            throw Malformed("a value claims more than 2 GiB");
        }

        var isCompound = code >= 0xC0;
        return new Head(sizeAt + (wide ? 4 : 1), (int)size, isCompound ? (wide ? 4 : 1) : 0);
    }

    /// <summary>Bytes after the format code, or -1 where a size follows.</summary>
    private static int FixedWidth(byte code) => (code >> 4) switch
    {
        0x4 => 0,
        0x5 => 1,
        0x6 => 2,
        0x7 => 4,
        0x8 => 8,
        0x9 => 16,
        >= 0xA and <= 0xF => -1,
        _ => throw Malformed($"0x{code:x2} is no format code"),
    };

    private static byte At(ReadOnlySpan<byte> data, int offset) =>
        offset < data.Length ? data[offset] : throw Malformed("a value is missing");

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> data, int offset) =>
        offset <= data.Length ? data[offset..] : throw Malformed("a value is missing");

    private static int Within(long length, int available) =>
        length <= available ? (int)length : throw Malformed("a value is longer than what holds it");

    private static void EnsureFilled(long used, int available)
    {
        if (used != available)
        {
            throw Malformed("a compound value's size and items disagree");
        }
    }

    private static void EnsureDepth(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Malformed($"values are nested deeper than {MaxDepth}");
        }
    }

    private static AmqpFaultException Malformed(string what) => new(ErrorCode.DecodeError, what + ".");

    private readonly record struct Head(int HeaderBytes, int BodyBytes, int CountBytes);
}
