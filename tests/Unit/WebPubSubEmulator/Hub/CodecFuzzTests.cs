using System.Text;
using CsCheck;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>
/// Whatever bytes a client sends, the codecs answer with a request or with the end of that connection, never with an
/// exception. Noise alone is refused at the first byte, so most frames here are good ones with a few bytes changed.
/// </summary>
public sealed class CodecFuzzTests
{
    private static readonly string[] GoodJson =
    [
        """{"type":"joinGroup","group":"g","ackId":1}""",
        """{"type":"leaveGroup","group":"g","ackId":18446744073709551615}""",
        """{"type":"sendToGroup","group":"g","ackId":1,"noEcho":true,"dataType":"text","data":"h\u00e9","ttlSeconds":5,"metadata":{"k":"v"}}""",
        """{"type":"sendToGroup","group":"g","dataType":"binary","data":"AAH/","metadata":{"a\u0041":"b\u0062"}}""",
        """{"type":"event","event":"e","dataType":"json","data":{"a":[1,null,{"b":-1e9}]}}""",
        """{"type":"sequenceAck","sequenceId":7}""",
        """{"type":"ping"}""",
    ];

    private static readonly string[] GoodProtobuf =
    [
        "32050A01671001",
        "0A170A016710021A040A0268692001280532060A016B120176",
        "0A0B0A01671A061A040A026162",
        "2A0A0A016512031201FF1803",
        "2A090A0165120422027B7D",
        "42020805",
        "4A00",
    ];

    [Theory]
    [InlineData("""{"type":"event","event":"e","data":1,"metadata":{"\ud800":"x"}}""")]
    [InlineData("""{"type":"event","event":"e","data":1,"metadata":{"k":"\udc00"}}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"type":"ping\ud800"}""")]
    [InlineData("""{"type":"sendToGroup","group":"\ud800","data":1}""")]
    [InlineData("""{"type":"sendToGroup","group":"g","dataType":"\ud800","data":1}""")]
    public void Half_a_surrogate_pair_is_an_error_of_the_client_wherever_it_stands(string json) =>
        Assert.NotNull(Read(ClientProtocol.Json, Encoding.UTF8.GetBytes(json)).End);

    [Fact]
    public void No_JSON_frame_breaks_the_codec() => Fuzz(ClientProtocol.Json, [.. GoodJson.Select(Encoding.UTF8.GetBytes)]);

    [Fact]
    public void No_protobuf_frame_breaks_the_codec() =>
        Fuzz(ClientProtocol.Protobuf, [.. GoodProtobuf.Select(Convert.FromHexString)]);

    [Fact]
    public void The_good_frames_are_good()
    {
        foreach (var json in GoodJson) Assert.Equal("", Problem(Read(ClientProtocol.Json, Encoding.UTF8.GetBytes(json))));
        foreach (var hex in GoodProtobuf) Assert.Equal("", Problem(Read(ClientProtocol.Protobuf, Convert.FromHexString(hex))));
    }

    private static string Problem(ReadResult result) => result.End?.Reason ?? "";

    private static void Fuzz(ClientProtocol protocol, byte[][] good)
    {
        var change = Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 3]);
        var changed = Gen.Select(Gen.Int[0, good.Length - 1], change.Array[1, 4], (which, changes) =>
            changes.Aggregate(good[which], (bytes, one) => Change(bytes, one.Item1, one.Item2, one.Item3)));
        Gen.Frequency((9, changed), (1, Gen.Byte.Array[0, 64])).Sample(
            frame =>
            {
                var result = Read(protocol, frame);
                Assert.True(result.Request is null != result.End is null);
            },
            iter: 20_000);
    }

    private static byte[] Change(byte[] frame, int at, byte value, int kind)
    {
        if (frame.Length == 0) return [value];
        var place = at % frame.Length;
        return kind switch
        {
            0 => [.. frame[..place], value, .. frame[(place + 1)..]],
            1 => [.. frame[..place], value, .. frame[place..]],
            2 => frame[..place],
            _ => [.. frame[..place], .. frame[(place + 1)..]],
        };
    }

    private static ReadResult Read(ClientProtocol protocol, byte[] frame) => ClientCodec
        .For(new ConnectionSpec { ConnectionId = "c", Protocol = protocol, IsReliable = true })
        .Read(frame, isText: protocol == ClientProtocol.Json);
}
