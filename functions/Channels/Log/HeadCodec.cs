using System.Collections.Immutable;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The binary form of a head, one property of its row. The largest is 1,000 publishers of at most 36 bytes, twice
/// 32 envelopes of at most 41 and 32 marks of time: under <see cref="MaxBytes"/>, and a property may have 64 KiB.
/// </summary>
internal static class HeadCodec
{
    /// <summary>48 KiB.</summary>
    public const int MaxBytes = 48 * 1024;

    /// <summary>Encodes a head; equal heads give equal bytes.</summary>
    public static byte[] Encode(Head head) => LogFormat.Frame("GH"u8, body =>
    {
        body.WriteRecord(fields => WriteFields(fields, head));
        WriteList(body, head.Publishers.ToOrderedList(), (record, mark) =>
        {
            record.WriteBits(mark.Key.Value);
            record.WriteNumber(mark.Value.Highest);
            record.WriteTime(mark.Value.EnqueuedAt);
        });
        WriteList(body, head.Envelopes, WriteEnvelope);
        WriteList(body, head.AgeMarks, (record, mark) =>
        {
            record.WriteNumber(mark.Offset);
            record.WriteTime(mark.At);
        });
        WriteList<EndedEpoch>(body, head.Ended is { } ended ? [ended] : [], (record, epoch) =>
        {
            record.WriteText(epoch.Epoch);
            record.WriteNumber(epoch.LastOffset);
            record.WriteNumber(epoch.Forwarded);
            WriteList(record, epoch.Envelopes, WriteEnvelope);
        });
    });

    /// <summary>Decodes a head.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a head that this process can read.</exception>
    public static Head Decode(ReadOnlyMemory<byte> bytes)
    {
        var body = LogFormat.Open("GH"u8, bytes);
        var head = ReadFields(body.ReadRecord());
        return head with
        {
            Publishers = PublisherWindow.Of(ReadList(body, record => KeyValuePair.Create(
                new PublisherKey(record.ReadBits()), new PublisherMark(record.ReadNumber(), record.ReadTime())))),
            Envelopes = ReadList(body, ReadEnvelope),
            AgeMarks = ReadList(body, record => new AgeMark(record.ReadNumber(), record.ReadTime())),
            // Heads of the first build end here.
            Ended = !body.IsAtEnd && ReadList(body, ReadEnded) is [var ended, ..] ? ended : null,
        };
    }

    private static void WriteFields(ByteWriter fields, Head head)
    {
        fields.WriteText(head.Epoch);
        fields.WriteNumber(head.LastOffset);
        fields.WriteNumber(head.FirstRetained);
        fields.WriteNumber(head.Forwarded);
        fields.WriteNumber(head.ForwardTurn);
        fields.WriteByte(head.ForwardPending ? (byte)1 : (byte)0);
        fields.WriteTime(head.CommittedAt);
    }

    private static Head ReadFields(ByteReader fields) => new()
    {
        Epoch = fields.ReadText(),
        LastOffset = fields.ReadNumber(),
        FirstRetained = fields.ReadNumber(),
        Forwarded = fields.ReadNumber(),
        ForwardTurn = fields.ReadNumber(),
        ForwardPending = fields.ReadByte() != 0,
        CommittedAt = fields.ReadTime(),
    };

    private static EndedEpoch ReadEnded(ByteReader record) => new(
        record.ReadText(), record.ReadNumber(), record.ReadNumber(), ReadList(record, ReadEnvelope));

    private static void WriteEnvelope(ByteWriter record, EnvelopeMark mark)
    {
        record.WriteBytes(mark.Id.ToByteArray(bigEndian: true));
        record.WriteNumber(mark.FirstOffset);
        record.WriteNumber(mark.LastOffset - mark.FirstOffset);
    }

    private static EnvelopeMark ReadEnvelope(ByteReader record)
    {
        var id = new Guid(record.ReadBytes(16).Span, bigEndian: true);
        var first = record.ReadNumber();
        return new EnvelopeMark(id, first, first + record.ReadNumber());
    }

    private static void WriteList<T>(ByteWriter body, IReadOnlyCollection<T> items, Action<ByteWriter, T> write)
    {
        body.WriteNumber(items.Count);
        foreach (var item in items)
        {
            body.WriteRecord(record => write(record, item));
        }
    }

    private static ImmutableList<T> ReadList<T>(ByteReader body, Func<ByteReader, T> read)
    {
        var items = ImmutableList.CreateBuilder<T>();
        for (var left = body.ReadCount(); left > 0; left--)
        {
            items.Add(read(body.ReadRecord()));
        }

        return items.ToImmutable();
    }
}
