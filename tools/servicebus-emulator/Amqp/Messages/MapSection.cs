using System.Buffers.Binary;
using System.Text;
using Amqp;
using Encoder = Amqp.Types.Encoder;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Changes entries of a map section without decoding the others. What a sender put there may have types that the
/// library reads but cannot write back as they were (an empty array is one), so entries that stay are copied byte for
/// byte.
/// </summary>
internal static class MapSection
{
    private const byte NullCode = 0x40;
    private const byte Map8 = 0xC1;
    private const byte Map32 = 0xD1;

    /// <summary>Appends the section with <paramref name="changes"/> made.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="code">Which section it is.</param>
    /// <param name="sent">The section as it came; empty where there was none.</param>
    /// <param name="changes">Entries to set; a key there replaces the sender's of the same text.</param>
    public static void Append(
        ByteBuffer buffer, SectionCode code, ReadOnlySpan<byte> sent, IReadOnlyDictionary<string, Entry> changes)
    {
        ReadOnlySpan<byte> head = [0x00, 0x53, (byte)code, Map32, 0, 0, 0, 0, 0, 0, 0, 0];
        MessageWriter.Append(buffer, head);
        var sizeAt = buffer.WritePos - 8;
        var items = CopyKept(buffer, sent, changes);
        foreach (var entry in changes.Values.Where(entry => entry != Entry.Removed))
        {
            Encoder.WriteObject(buffer, entry.Key);
            Encoder.WriteObject(buffer, entry.Value);
            items += 2;
        }

        AmqpBitConverter.WriteInt(buffer.Buffer, sizeAt, buffer.WritePos - sizeAt - 4);
        AmqpBitConverter.WriteInt(buffer.Buffer, sizeAt + 4, items);
    }

    private static int CopyKept(ByteBuffer buffer, ReadOnlySpan<byte> sent, IReadOnlyDictionary<string, Entry> changes)
    {
        if (sent.IsEmpty)
        {
            return 0;
        }

        var items = ItemsOf(sent[(1 + WireShape.Skip(sent[1..]))..], out var count);
        var kept = 0;
        for (var i = 0L; i + 1 < count; i += 2)
        {
            var keyLength = WireShape.Skip(items);
            var length = keyLength + WireShape.Skip(items[keyLength..]);
            if (TextOf(items[..keyLength]) is not { } key || !changes.ContainsKey(key))
            {
                MessageWriter.Append(buffer, items[..length]);
                kept += 2;
            }

            items = items[length..];
        }

        return kept;
    }

    private static ReadOnlySpan<byte> ItemsOf(ReadOnlySpan<byte> map, out long count)
    {
        switch (map[0])
        {
            case NullCode:
                count = 0;
                return [];
            case Map8:
                count = map[2];
                return map[3..];
            case Map32:
                count = BinaryPrimitives.ReadUInt32BigEndian(map[5..]);
                return map[9..];
            default:
                throw new AmqpFaultException(ErrorCode.DecodeError, "A section holds no map.");
        }
    }

    private static string? TextOf(ReadOnlySpan<byte> key) => key[0] switch
    {
        0xA1 or 0xA3 => Encoding.UTF8.GetString(key[2..]),
        0xB1 or 0xB3 => Encoding.UTF8.GetString(key[5..]),
        _ => null,
    };

    /// <summary>An entry in the types of the wire: annotations have symbols for keys, properties strings.</summary>
    internal readonly record struct Entry(object Key, object? Value)
    {
        /// <summary>Takes a sender's entry away and puts nothing in its place.</summary>
        public static readonly Entry Removed;
    }
}
