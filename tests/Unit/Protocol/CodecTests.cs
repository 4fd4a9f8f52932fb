using System.Text;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Protocol;

public sealed class CodecTests
{
    [Fact]
    public void A_request_survives_the_wire_with_its_payload_byte_for_byte()
    {
        const string Payload = """{"b":1,"a":[1.0,"ü€😀\u0041"],"b":2}""";
        var request = new PublishRequest(new string('a', 32), [new PublishItem("orders:1", 7, RawJson.FromText(Payload))]) { Id = 3 };

        var decoded = RequestCodec.Decode(RequestCodec.Encode(request));

        Assert.Null(decoded.Error);
        var publish = Assert.IsType<PublishRequest>(decoded.Request);
        Assert.Equal((3, "orders:1", 7), (publish.Id, publish.Items[0].Channel, publish.Items[0].Number));
        Assert.Equal(Payload, publish.Items[0].Data.ToString());
    }

    [Theory]
    [InlineData("""{"type":"publish","id":9}""", 4001, 9)]
    [InlineData("""{"type":"publish","id":9,"publisher":null,"items":[]}""", 4001, 9)]
    [InlineData("""{"id":9,"type":"steal"}""", 4002, 9)]
    [InlineData("""{"type":"check","channels":[]}""", 4001, 0)]
    [InlineData("""[1]""", 4001, 0)]
    [InlineData("""{"type":"check","id":1,"channels":["a" """, 4001, 1)]
    [InlineData("", 4001, 0)]
    public void What_is_wrong_with_a_request_is_answered_with_its_id(string text, int code, long id)
    {
        var decoded = RequestCodec.Decode(Encoding.UTF8.GetBytes(text));

        Assert.Null(decoded.Request);
        Assert.Equal((code, id), (decoded.Error!.Error.Code, decoded.Error.Id));
    }

    [Theory]
    [InlineData("""{"code":1001,"name":"busy","message":"m","retryAfterMs":250}""", 1001)]
    [InlineData("""{"code":9001,"name":"later","message":"m"}""", 9001)]
    [InlineData("""{"code":503,"message":"Service Unavailable"}""", null)]
    [InlineData("""{"code":"TooManyRequests","message":"m"}""", null)]
    [InlineData("""{"statusCode":429,"message":"Rate limit is exceeded."}""", null)]
    [InlineData("<html></html>", null)]
    public void Only_a_code_with_thousands_is_an_error_of_the_gateway(string body, int? code) =>
        Assert.Equal(code, NegotiationCodec.DecodeError(Encoding.UTF8.GetBytes(body))?.Code);

    [Fact]
    public void Every_reply_survives_the_wire()
    {
        var message = new GatewayMessage(5, 1000, "alice", new string('b', 32), 2, RawJson.FromText("null"));
        var tombstone = new GatewayMessage(6, 1000, null, null, 0, default, 4018);
        var page = new ChannelPage("orders:1", Outcome.Gap, "e1", 5, 9, false, [message, tombstone], new OffsetRange(1, 4));
        var error = ErrorDetail.Of(ErrorCodes.PayloadTooLarge, "Too large.", 70_000, 65_536);
        GatewayReply[] replies =
        [
            new ErrorReply(1, error),
            new PublishAnswer(2, [PublishItemAnswer.Accepted, new(PublishStatus.Retry, error), new(PublishStatus.Refused, error)]),
            new SubscribeAnswer(3, "resume", [page]),
            new HistoryAnswer(4, page),
            new DoneAnswer(5, "unsubscribe"),
            new CheckAnswer(6, [new ChannelHead("orders:1", "e1", 9), new ChannelHead("x", "", 0, error)]),
        ];

        foreach (var reply in replies)
        {
            var bytes = ReplyCodec.Encode(reply);
            var decoded = ReplyCodec.Decode(bytes);
            Assert.NotNull(decoded);
            Assert.Equal(reply.GetType(), decoded.GetType());
            Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(ReplyCodec.Encode(decoded)));
        }
    }

    [Fact]
    public void Replies_use_the_names_of_the_documented_protocol()
    {
        var page = ChannelPage.Failed("a", ErrorDetail.Of(ErrorCodes.StoreUnavailable, "m"));

        var text = Encoding.UTF8.GetString(ReplyCodec.Encode(new SubscribeAnswer(3, "subscribe", [page])));

        Assert.Equal("""{"type":"answer","to":"subscribe","id":3,"channels":[{"channel":"a","outcome":"retry","epoch":"","from":0,"head":0,"live":false,"messages":[],"error":{"code":1004,"name":"store_unavailable","message":"m"}}]}""", text);
    }

    [Fact]
    public void An_envelope_survives_the_wire_and_any_flipped_byte_is_noticed()
    {
        var key = PublisherKey.OfClient("ünal", new string('c', 32));
        var envelope = new Envelope(Guid.Parse("0102030405060708090a0b0c0d0e0f10"),
        [
            new Publication(ChannelName.Parse("orders:1"), key, new string('c', 32), "ünal", 1, RawJson.FromText("{}")),
            new Publication(ChannelName.Parse("news"), key, new string('c', 32), "ünal", long.MaxValue, RawJson.FromText("\"é\"")),
        ]);
        var bytes = EnvelopeCodec.Encode(envelope);

        Assert.Equal(EnvelopeReadStatus.Read, EnvelopeCodec.TryDecode(bytes, out var decoded));
        Assert.Equal(envelope.Id, decoded!.Id);
        Assert.Equal(envelope.Publications, decoded.Publications);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x40;
            Assert.Equal(EnvelopeReadStatus.Unreadable, EnvelopeCodec.TryDecode(damaged, out _));
            Assert.Equal(EnvelopeReadStatus.Unreadable, EnvelopeCodec.TryDecode(bytes.AsSpan(0, at), out _));
        }
    }

    [Fact]
    public void The_channels_of_an_envelope_can_be_told_without_its_body()
    {
        var key = new PublisherKey(1);
        var data = RawJson.FromText("1");
        var odd = ChannelName.Parse("a=b:=7");
        var envelope = new Envelope(Guid.Empty,
            [new(odd, key, "p", "u", 1, data), new(odd, key, "p", "u", 2, data), new(ChannelName.Parse("n"), key, "p", "u", 3, data)]);

        var parsed = EnvelopeCodec.ParseChannels(EnvelopeCodec.DescribeChannels(envelope));

        Assert.Equal([(odd, 2), (ChannelName.Parse("n"), 1)], parsed);
        Assert.Empty(EnvelopeCodec.ParseChannels("bad name=3;x=0;y=-1;=2;z"));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("orders:1/x@y=+~!,._-", true)]
    [InlineData("", false)]
    [InlineData("$all", false)]
    [InlineData("a b", false)]
    [InlineData("a*", false)]
    [InlineData("ä", false)]
    public void A_channel_name_is_checked(string text, bool legal) => Assert.Equal(legal, ChannelName.TryParse(text, out _));

    [Fact]
    public void A_channel_name_has_at_most_128_characters()
    {
        Assert.True(ChannelName.TryParse(new string('a', 128), out _));
        Assert.False(ChannelName.TryParse(new string('a', 129), out _));
    }
}
