using System.Globalization;
using Azure.Data.Tables;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// How segments fit into rows. Table Storage takes 64 KiB a property, 1 MiB an entity, 100 operations and 4 MiB a
/// transaction. The local store takes more, so the limits are kept here and not found out: what passes locally would
/// fail in the cloud.
/// </summary>
internal static class SegmentPacking
{
    /// <summary>A binary property's limit.</summary>
    public const int MaxChunkBytes = 64 * 1024;

    /// <summary>15 whole chunks: with names and keys they stay below 1 MiB.</summary>
    public const int MaxSegmentBytes = 15 * MaxChunkBytes;

    /// <summary>Operations of a transaction, the head's included.</summary>
    public const int MaxOperations = 100;

    /// <summary>4 MiB, as the body of the request.</summary>
    public const int MaxTransactionBytes = 4 * 1024 * 1024;

    /// <summary>
    /// What an operation adds to the request besides its content: its headers, its address and the names of its
    /// properties.
    /// </summary>
    private const int OperationBytes = 2 * 1024;

    /// <summary>The row of a segment: its content in chunks, <c>c00</c>, <c>c01</c> and so on.</summary>
    public static TableEntity ToEntity(ChannelName channel, string epoch, long lastOffset, ReadOnlySpan<byte> content)
    {
        var entity = new TableEntity(ChannelKeys.PartitionOf(channel), ChannelKeys.SegmentAt(epoch, lastOffset));
        for (var at = 0; at * MaxChunkBytes < content.Length; at++)
        {
            var rest = content[(at * MaxChunkBytes)..];
            entity[ChunkName(at)] = rest[..Math.Min(rest.Length, MaxChunkBytes)].ToArray();
        }

        return entity;
    }

    /// <summary>The content of a segment's row.</summary>
    /// <exception cref="InvalidDataException">The row holds no content.</exception>
    public static ReadOnlyMemory<byte> ContentOf(TableEntity entity)
    {
        List<byte[]> chunks = [];
        while (entity.TryGetValue(ChunkName(chunks.Count), out var chunk) && chunk is byte[] bytes)
        {
            chunks.Add(bytes);
        }

        return chunks.Count switch
        {
            0 => throw new InvalidDataException($"The row {entity.RowKey} holds no segment."),
            1 => chunks[0],
            _ => chunks.SelectMany(bytes => bytes).ToArray(),
        };
    }

    /// <summary>What a row of this content takes of a request, in bytes: binary values travel as base64.</summary>
    public static int RequestBytesOf(int contentBytes) => OperationBytes + ((contentBytes + 2) / 3 * 4);

    /// <summary>
    /// Cuts a segment so that each part fits into one row. What is too large alone stays alone, for the store to
    /// refuse.
    /// </summary>
    public static IReadOnlyList<Segment> Split(Segment segment)
    {
        List<Segment> parts = [];
        var (start, size) = (0, SegmentCodec.FixedBytes);
        for (var at = 0; at < segment.Entries.Count; at++)
        {
            var entry = SegmentCodec.SizeOf(segment.Entries[at]);
            if (at > start && size + entry > MaxSegmentBytes)
            {
                parts.Add(Slice(segment, start, at - start));
                (start, size) = (at, SegmentCodec.FixedBytes);
            }

            size += entry;
        }

        parts.Add(Slice(segment, start, segment.Entries.Count - start));
        return parts;
    }

    /// <summary>A part of a segment, as a segment of its own.</summary>
    public static Segment Slice(Segment segment, int start, int count) => start == 0 && count == segment.Entries.Count
        ? segment
        : segment with
        {
            FirstOffset = segment.FirstOffset + start,
            Entries = [.. segment.Entries.Skip(start).Take(count)],
        };

    private static string ChunkName(int at) => string.Create(CultureInfo.InvariantCulture, $"c{at:D2}");
}
