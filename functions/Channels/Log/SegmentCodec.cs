using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The binary form of a segment: a list of who published, which entries name by index (most segments have one
/// publisher), then the entries, payloads as they came. Decoded payloads are slices of the bytes.
/// </summary>
internal static class SegmentCodec
{
    /// <summary>An upper bound of what the frame and the fields of a segment take, in bytes.</summary>
    public const int FixedBytes = 128;

    /// <summary>An upper bound of what an entry takes, in bytes, with its publisher.</summary>
    public static int SizeOf(SegmentEntry entry) =>
        64 + entry.Data.Length + entry.Publisher.Length + (entry.User.Length * 3);

    /// <summary>Encodes a segment.</summary>
    public static byte[] Encode(Segment segment) => LogFormat.Frame("GS"u8, body =>
    {
        var sources = segment.Entries.Select(SourceOf).Distinct().ToList();
        var index = sources.Select((source, at) => (source, at)).ToDictionary(pair => pair.source, pair => pair.at);
        body.WriteRecord(fields =>
        {
            fields.WriteText(segment.Epoch);
            fields.WriteNumber(segment.FirstOffset);
            fields.WriteTime(segment.EnqueuedAt);
        });
        body.WriteNumber(sources.Count);
        foreach (var source in sources)
        {
            body.WriteRecord(record => WriteSource(record, source));
        }

        body.WriteNumber(segment.Entries.Count);
        foreach (var entry in segment.Entries)
        {
            body.WriteRecord(record => WriteEntry(record, entry, index[SourceOf(entry)]));
        }
    });

    /// <summary>Decodes a segment.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a segment that this process can read.</exception>
    public static Segment Decode(ReadOnlyMemory<byte> bytes)
    {
        var body = LogFormat.Open("GS"u8, bytes);
        var fields = body.ReadRecord();
        var (epoch, first, enqueuedAt) = (fields.ReadText(), fields.ReadNumber(), fields.ReadTime());
        var sources = new Source[body.ReadCount()];
        for (var at = 0; at < sources.Length; at++)
        {
            var record = body.ReadRecord();
            sources[at] = new Source(new PublisherKey(record.ReadBits()), record.ReadText(), record.ReadText());
        }

        var entries = new SegmentEntry[body.ReadCount()];
        for (var at = 0; at < entries.Length; at++)
        {
            entries[at] = ReadEntry(body.ReadRecord(), sources);
        }

        return new Segment(epoch, first, enqueuedAt, entries);
    }

    private static void WriteSource(ByteWriter record, Source source)
    {
        record.WriteBits(source.Key.Value);
        record.WriteText(source.Publisher);
        record.WriteText(source.User);
    }

    private static void WriteEntry(ByteWriter record, SegmentEntry entry, int source)
    {
        record.WriteNumber(source);
        record.WriteNumber(entry.Number);
        record.WriteNumber(entry.Gone);
        record.WriteNumber(entry.Data.Length);
        record.WriteBytes(entry.Data.Utf8.Span);
    }

    private static SegmentEntry ReadEntry(ByteReader record, Source[] sources)
    {
        var at = record.ReadNumber();
        var source = at < sources.Length ? sources[at] : throw new InvalidDataException("An entry names no publisher of its segment.");
        var (number, gone) = (record.ReadNumber(), (int)record.ReadNumber());
        var data = new RawJson(record.ReadBytes(record.ReadCount()));
        return new SegmentEntry(source.Key, source.Publisher, source.User, number, data, gone);
    }

    private static Source SourceOf(SegmentEntry entry) => new(entry.Key, entry.Publisher, entry.User);

    private sealed record Source(PublisherKey Key, string Publisher, string User);
}
