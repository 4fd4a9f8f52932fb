using System.Text;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>
/// The frames byte by byte, so that the field numbers are held by something other than the schema they come from. They
/// are those of https://learn.microsoft.com/azure/azure-web-pubsub/reference-protobuf-webpubsub-subprotocol.
/// </summary>
public sealed class ProtobufCodecTests
{
    private static readonly GroupName Group = GroupName.Parse("g");

    [Fact]
    public void System_messages_are_the_third_kind()
    {
        Assert.Equal("1A050A030A0163", Hex(CreateSut().Connected("c", null, null)!.Value));
        Assert.Equal("1A0B0A090A01631201751A0174", Hex(CreateSut().Connected("c", "u", "t")!.Value));
        Assert.Equal("1A051203120178", Hex(CreateSut().Disconnected("x")!.Value));
    }

    [Fact]
    public void Acks_are_the_first_kind_and_pong_the_fourth()
    {
        Assert.Equal("0A0408071001", Hex(CreateSut().Ack(7)!.Value));
        Assert.Equal("0A0A08011A060A014E12014D", Hex(CreateSut().ErrorAck(1, "N", "M")!.Value));
        Assert.Equal("0A0D08FFFFFFFFFFFFFFFFFF011001", Hex(CreateSut().Ack(ulong.MaxValue)!.Value));
        Assert.Equal("2200", Hex(CreateSut().Pong()!.Value));
    }

    [Theory]
    [InlineData(MessageDataType.Text, "6869", "0A026869")]
    [InlineData(MessageDataType.Binary, "00FF", "120200FF")]
    [InlineData(MessageDataType.Protobuf, "0A0161", "1A030A0161")]
    [InlineData(MessageDataType.Json, "31", "220131")]
    internal void A_message_tells_its_group_and_its_data_by_type(MessageDataType type, string bytes, string expected)
    {
        var frame = CreateSut().Message(Group, "ada", new MessageData(type, Convert.FromHexString(bytes)));

        var data = $"1A{expected.Length / 2:X2}{expected}";
        var fields = $"0A05{Text("group")}120167{data}";
        Assert.Equal($"12{fields.Length / 2:X2}{fields}", Hex(frame));
    }

    [Fact]
    public void What_another_protocol_calls_protobuf_and_is_no_Any_travels_as_bytes()
    {
        var frame = CreateSut().Message(null, null, new MessageData(MessageDataType.Protobuf, new byte[] { 0x0A, 0x05 }));

        Assert.EndsWith("1A0412020A05", Hex(frame), StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_travels_as_a_map()
    {
        var metadata = new Dictionary<string, string> { ["k"] = "v" };

        var frame = CreateSut().Message(null, null, new MessageData(MessageDataType.Text, "x"u8.ToArray(), metadata));

        Assert.Equal($"12150A06{Text("server")}1A030A01782A060A016B120176", Hex(frame));
    }

    [Theory]
    [InlineData(1, 5UL)]
    [InlineData(200, 5UL)]
    [InlineData(20_000, ulong.MaxValue)]
    public void A_sequence_id_stands_before_the_fields_that_all_receivers_share(int size, ulong id)
    {
        var sut = CreateSut();
        var message = sut.Message(Group, null, new MessageData(MessageDataType.Binary, new byte[size]));

        var sequenced = sut.Sequenced(message, id);

        var decoded = DecodedFrame.Of(ClientProtocol.Protobuf, sequenced.ToArray());
        Assert.Equal(id, decoded.SequenceId);
        Assert.True(message.Bytes.Span.Overlaps(sequenced.Bytes.Span));
        Assert.EndsWith(Hex(sequenced)[(sequenced.Head.Length * 2)..], Hex(message), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_request_is_read()
    {
        Assert.Equal(new ClientRequest.Join(Group, 1), Read("3205" + "0A0167" + "1001"));
        Assert.Equal(new ClientRequest.Leave(Group, null), Read("3A03" + "0A0167"));
        Assert.Equal(new ClientRequest.Ping(), Read("4A00"));
        Assert.Equal(new ClientRequest.SequenceAck(5), Read("42020805"));

        var send = (ClientRequest.SendToGroup)Read("0A17" + "0A0167" + "1002" + "1A040A026869" + "2001" + "2805" + "32060A016B120176");
        Assert.Equal((Group, 2UL, true), (send.Group, send.AckId!.Value, send.NoEcho));
        Assert.Equal((MessageDataType.Text, 5), (send.Data.Type, send.Data.TtlSeconds));
        Assert.Equal("hi", Encoding.UTF8.GetString(send.Data.Bytes.Span));
        Assert.Equal("v", send.Data.Metadata!["k"]);

        var raised = (ClientRequest.Event)Read("2A0A" + "0A0165" + "12031201FF" + "1803");
        Assert.Equal(("e", 3UL, MessageDataType.Binary), (raised.Name, raised.AckId!.Value, raised.Data.Type));
        Assert.Equal([0xFF], raised.Data.Bytes.ToArray());
    }

    [Theory]
    [InlineData("", "none of the requests")]
    [InlineData("FF", "not valid protobuf")]
    [InlineData("3205", "not valid protobuf")]
    [InlineData("32030A0120", "'group'")]
    [InlineData("3200", "'group'")]
    [InlineData("0A030A0167", "'data'")]
    [InlineData("0A050A01671A00", "'data'")]
    [InlineData("0A080A01671A030A01FF", "'text_data'")]
    [InlineData("0A080A01671A031A01FF", "'protobuf_data'")]
    [InlineData("0A080A01671A0322017B", "'json_data'")]
    [InlineData("0A0B0A01671A030A017828AD02", "'ttl_seconds'")]
    [InlineData("0A0A0A01671A030A01783A00", "'stream'")]
    [InlineData("2A0A0A016512030A01782A00", "'stream'")]
    [InlineData("2A080A010A12030A0178", "'event'")]
    [InlineData("5200", "none of the requests")]
    public void A_frame_that_is_no_request_ends_the_connection_by_name(string hex, string named)
    {
        var result = CreateSut().Read(Convert.FromHexString(hex), isText: false);

        Assert.Null(result.Request);
        Assert.Equal(ConnectionEnd.InvalidPayload, result.End!.CloseStatus);
        Assert.Contains(named, result.End.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_frames_and_sequence_acks_of_clients_that_are_not_reliable_are_refused()
    {
        Assert.Equal(ConnectionEnd.InvalidType, CreateSut().Read("4A00"u8.ToArray(), isText: true).End!.CloseStatus);
        var plain = new ProtobufCodec(isReliable: false);
        Assert.Contains(
            "sequence_ack_message", plain.Read(Convert.FromHexString("42020805"), isText: false).End!.Reason, StringComparison.Ordinal);
    }

    private static ProtobufCodec CreateSut() => new(isReliable: true);

    private static ClientRequest Read(string hex)
    {
        var result = CreateSut().Read(Convert.FromHexString(hex), isText: false);
        Assert.Null(result.End);
        return result.Request!;
    }

    private static string Text(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static string Hex(OutboundFrame frame) => Convert.ToHexString(frame.ToArray());
}
