using CsCheck;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Log;

/// <summary>The stored form of heads (rules S1, V1).</summary>
public sealed class HeadCodecTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);

    private static readonly Gen<Head> Heads =
        from last in Gen.Long[0, long.MaxValue / 4]
        from publishers in Gen.Select(Gen.ULong, Gen.Long[1, long.MaxValue], Gen.Long[0, 600_000]).List[0, 40]
        from envelopes in Gen.Select(Gen.Guid, Gen.Long[0, 1000]).List[0, Head.MaxEnvelopes]
        from turn in Gen.Long[0, 100]
        from ended in Gen.Bool
        select new Head
        {
            Epoch = "0001019ab0000000aaaaaaaa",
            LastOffset = last,
            FirstRetained = (last / 2) + 1,
            Forwarded = last / 3,
            ForwardTurn = turn,
            ForwardPending = turn % 2 == 1,
            Publishers = PublisherWindow.Of(publishers.DistinctBy(publisher => publisher.Item1).Select(publisher => KeyValuePair.Create(
                new PublisherKey(publisher.Item1), new PublisherMark(publisher.Item2, At.AddMilliseconds(-publisher.Item3))))),
            Envelopes = [.. envelopes.Select(envelope => new EnvelopeMark(envelope.Item1, last, last + envelope.Item2))],
            AgeMarks = [new AgeMark(last, At)],
            CommittedAt = At,
            Ended = ended
                ? new EndedEpoch("0001019aa0000000aaaaaaaa", last, last / 2, [.. envelopes.Select(envelope => new EnvelopeMark(envelope.Item1, 1, 2))])
                : null,
        };

    [Fact]
    public void S1_every_head_comes_back_as_it_was() => Heads.Sample(head =>
    {
        var decoded = HeadCodec.Decode(HeadCodec.Encode(head));
        return decoded with { Publishers = head.Publishers, Envelopes = head.Envelopes, AgeMarks = head.AgeMarks, Ended = head.Ended } == head
            && (head.Ended is null
                ? decoded.Ended is null
                : decoded.Ended! with { Envelopes = head.Ended.Envelopes } == head.Ended && decoded.Ended.Envelopes.SequenceEqual(head.Ended.Envelopes))
            && decoded.Publishers.ToOrderedList().SequenceEqual(head.Publishers.ToOrderedList())
            && decoded.Envelopes.SequenceEqual(head.Envelopes) && decoded.AgeMarks.SequenceEqual(head.AgeMarks);
    });

    [Fact]
    public void S1_the_largest_head_stays_below_its_bound()
    {
        var largest = new Head
        {
            Epoch = new string('f', 24),
            LastOffset = long.MaxValue,
            FirstRetained = long.MaxValue,
            Forwarded = long.MaxValue,
            ForwardTurn = long.MaxValue,
            Publishers = PublisherWindow.Of(Enumerable.Range(0, PublisherWindow.MaxPublishers).Select(at => KeyValuePair.Create(
                new PublisherKey(UInt128.MaxValue - (UInt128)at), new PublisherMark(long.MaxValue, DateTimeOffset.MaxValue)))),
            Envelopes = [.. Enumerable.Repeat(new EnvelopeMark(Guid.Empty, long.MaxValue - 1000, long.MaxValue), Head.MaxEnvelopes)],
            AgeMarks = [.. Enumerable.Repeat(new AgeMark(long.MaxValue, DateTimeOffset.MaxValue), Head.MaxAgeMarks)],
        };
        largest = largest with { Ended = Head.Begin("e", largest).Ended };

        Assert.InRange(HeadCodec.Encode(largest).Length, 30_000, HeadCodec.MaxBytes);
    }

    [Fact]
    public void A_changed_byte_anywhere_is_noticed()
    {
        var bytes = HeadCodec.Encode(new Head { Epoch = "e", LastOffset = 3, CommittedAt = At });
        for (var at = 0; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= 1;
            Assert.Throws<InvalidDataException>(() => HeadCodec.Decode(changed));
        }
    }

    [Fact]
    public void V1_a_head_of_the_next_version_with_more_in_it_is_read_and_one_beyond_is_not()
    {
        byte[] Of(byte version)
        {
            var body = LogFormat.Frame("GH"u8, writer =>
            {
                writer.WriteRecord(fields =>
                {
                    fields.WriteText("e");
                    for (var field = 0; field < 4; field++)
                    {
                        fields.WriteNumber(7);
                    }

                    fields.WriteByte(0);
                    fields.WriteTime(At);
                    fields.WriteText("a field of the next version");
                });
                writer.WriteNumber(0);
                writer.WriteNumber(0);
                writer.WriteNumber(0);
                writer.WriteNumber(0);
                writer.WriteText("a list of the next version");
            });
            body[2] = version;
            System.IO.Hashing.XxHash64.Hash(body.AsSpan(0, body.Length - 8)).CopyTo(body, body.Length - 8);
            return body;
        }

        Assert.Equal(7, HeadCodec.Decode(Of(2)).LastOffset);
        Assert.Throws<InvalidDataException>(() => HeadCodec.Decode(Of(3)));
    }
}
