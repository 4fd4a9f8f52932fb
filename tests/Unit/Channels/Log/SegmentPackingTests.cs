using CsCheck;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Log;

/// <summary>
/// Segments in rows, against a model of Azure's limits: the local store takes more than Azure does, so it can not tell
/// (rule S4).
/// </summary>
public sealed class SegmentPackingTests
{
    private static readonly ChannelName LongestName = ChannelName.Parse(new string('/', ChannelName.MaxLength));
    private static readonly string Epoch = new('f', 24);
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);

    private static readonly Gen<Segment> Segments = Gen.Select(Gen.Int[0, 200_000], Gen.Int[0, 400]).List[1, 30]
        .Select(sizes => SegmentOf([.. sizes.Select((size, at) => at % 3 == 0 ? size.Item1 : size.Item2)]));

    [Fact]
    public void S4_whatever_is_cut_fits_into_rows_and_is_the_same_put_together() => Segments.Sample(segment =>
    {
        var parts = SegmentPacking.Split(segment);
        var next = segment.FirstOffset;
        foreach (var part in parts)
        {
            var entity = SegmentPacking.ToEntity(LongestName, part.Epoch, part.LastOffset, SegmentCodec.Encode(part));
            Assert.Equal(next, part.FirstOffset);
            Assert.InRange(EntityBytes(entity), 1, 1024 * 1024);
            Assert.All(((IDictionary<string, object>)entity).Values.OfType<byte[]>(), chunk => Assert.InRange(chunk.Length, 1, 64 * 1024));
            Assert.Equal(part.Entries, SegmentCodec.Decode(SegmentPacking.ContentOf(entity)).Entries);
            next = part.LastOffset + 1;
        }

        return next == segment.LastOffset + 1;
    }, iter: 60);

    [Fact]
    public void S4_the_largest_envelope_is_one_row_and_far_from_the_limit_of_a_transaction()
    {
        var segment = SegmentOf([.. Enumerable.Repeat(Envelope.MaxBodyBytes / Envelope.MaxPublications, Envelope.MaxPublications)]);

        var content = SegmentCodec.Encode(Assert.Single(SegmentPacking.Split(segment)));

        var request = SegmentPacking.RequestBytesOf(content.Length) + SegmentPacking.RequestBytesOf(HeadCodec.MaxBytes);
        Assert.InRange(request, 1, SegmentPacking.MaxTransactionBytes / 4);
    }

    [Fact]
    public void A_channel_is_a_partition_and_back_for_every_legal_name() =>
        Gen.Char["ABCZabz019_-.:/@=+~!,"].Array[1, 128].Select(characters => new string(characters)).Sample(text =>
        {
            var name = ChannelName.Parse(text);
            var partition = ChannelKeys.PartitionOf(name);
            return ChannelKeys.ChannelOf(partition) == name && partition.IndexOfAny(['/', '\\', '#', '?']) < 0;
        });

    [Fact]
    public void Rows_sort_by_last_offset_whatever_its_digits() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Sample(
        (one, other) => Math.Sign(string.CompareOrdinal(ChannelKeys.SegmentAt(Epoch, one), ChannelKeys.SegmentAt(Epoch, other)))
            == one.CompareTo(other) && string.CompareOrdinal(ChannelKeys.SegmentAt(Epoch, one), ChannelKeys.EndOf(Epoch)) < 0);

    /// <summary>
    /// Azure's own formula: 4 bytes, keys and names by two a character, 8 and the value for each property.
    /// </summary>
    private static int EntityBytes(Azure.Data.Tables.TableEntity entity) =>
        4 + (2 * (entity.PartitionKey.Length + entity.RowKey.Length)) + (8 + (2 * "Timestamp".Length) + 8)
        + entity.Where(property => property.Value is byte[])
            .Sum(property => 8 + (2 * property.Key.Length) + 4 + ((byte[])property.Value).Length);

    private static Segment SegmentOf(IReadOnlyList<int> payloadBytes) => new(Epoch, 1, At, [.. payloadBytes.Select((size, at) =>
        new SegmentEntry(new PublisherKey((UInt128)(at % 3)), new string('a', 32), "alice", at + 1, new RawJson(new byte[size])))]);
}
