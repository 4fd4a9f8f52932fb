using System.Security.Cryptography;
using System.Text;
using CsCheck;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Client.Wire;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Triggers;
using ServerlessGateway.Unit.Tests.Client;
using ServerlessGateway.Unit.Tests.Requests;
using ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Protocol;

/// <summary>Whatever bytes come, each reader reads them or says that it can not; none fails in a way of its own.</summary>
public sealed class ReadersFuzzTests
{
    private const int Runs = 5_000;
    private const string Publisher = "0123456789abcdef0123456789abcdef";

    private static readonly string[] Requests =
    [
        """{"type":"publish","id":7,"publisher":"0123456789abcdef0123456789abcdef","items":[{"channel":"chat:1","number":1,"data":{"a":[1,"ü"]}},{"channel":"chat:1","number":2,"data":null}]}""",
        """{"type":"subscribe","id":7,"channels":[{"channel":"chat:1","position":{"epoch":"e","offset":1}},{"channel":"chat:2","start":"now"}],"positions":[{"channel":"chat:1","epoch":"e","offset":1}]}""",
        """{"type":"resume","id":7,"channels":[{"channel":"chat:1"},{"channel":"chat:2","position":null}]}""",
        """{"type":"history","id":7,"channel":"chat:1","position":{"epoch":"","offset":0}}""",
        """{"type":"unsubscribe","id":7,"channels":["chat:1"]}""",
        """{"type":"check","id":7,"channels":["chat:1","chat:2"]}""",
        """{"type":"positions","id":7,"positions":[{"channel":"chat:1","epoch":"e","offset":9223372036854775807}]}""",
    ];

    /// <summary>What stands where something else should.</summary>
    private static readonly string[] Odd =
    [
        "null", "{}", "[]", "[null]", "[[]]", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "-1", "0", "1e400", "1.5", "9223372036854775807",
        "9223372036854775808", "true", "\"now\"", "\"Now\"", "{\"epoch\":null,\"offset\":1}", "{\"epoch\":\"e\",\"offset\":-1}", "{\"$ref\":1}", "{\"$id\":\"1\"}",
        "[{}]", "[{\"channel\":null}]", "[{\"channel\":\"chat:1\",\"number\":1}]", new string('[', 40) + new string(']', 40), new string('[', 70), "\"$probe\"",
    ];

    [Fact]
    public Task Every_request_is_answered_and_never_a_fault_of_ours() => RequestsOfAnyShape().SampleAsync(
        async bytes =>
        {
            var bench = new RequestBench();
            bench.Store.Put(Given.Session());
            var result = await bench.CreateHandler().HandleAsync(bytes, bench.Facts, default);
            var reply = ReplyCodec.Decode(result.Reply);
            Assert.NotNull(reply);
            Assert.NotEqual(ErrorCodes.Internal.Code, (reply as ErrorReply)?.Error.Code);
            foreach (var taken in bench.Publisher.Taken)
            {
                var frame = RequestCodec.Encode(new MessagesFrame("chat:1", "e", [new GatewayMessage(1, 1, "u", Publisher, taken.Number, taken.Data)]));
                Assert.Equal(taken.Data, Assert.IsType<MessagesFrame>(RequestCodec.DecodeNotice(frame)).Messages[0].Data);
            }
        },
        iter: Runs,
        threads: 1);

    [Fact]
    public void Every_envelope_is_read_or_refused_also_where_its_checksum_holds()
    {
        var envelope = new Envelope(
            new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
            [
                new Publication(ChannelName.Parse("chat:1"), PublisherKey.OfClient("u", Publisher), Publisher, "u", 1, RawJson.FromText("[1]")),
                new Publication(ChannelName.Parse("chat:2"), PublisherKey.OfClient("u", Publisher), Publisher, "ü", 2, RawJson.FromText("null")),
            ]);
        Mutations.Of(EnvelopeCodec.Encode(envelope)[..^8]).Sample(
            body =>
            {
                byte[] whole = [.. body, .. SHA256.HashData(body)[..8]];
                var message = new IngressMessage("1.0", "m", null, whole, Encoding.Latin1.GetString(body), DateTimeOffset.UnixEpoch, 1);
                var parts = EnvelopeCodec.TryDecode(whole, out var read) == EnvelopeReadStatus.Read
                    ? ChannelPart.Of(read!, message)
                    : ChannelPart.OfUnreadable(message);
                Assert.All(parts, part => Assert.True(part.Entries.Count <= Envelope.MaxPublications));
            },
            iter: Runs,
            threads: 1);
    }

    [Fact]
    public void Every_state_and_body_of_a_callback_is_read_or_refused() => Mutations
        .Of(
            Encoding.UTF8.GetBytes("""{"v":1,"i":"alpha","s":"5f0c0000000000000000000000000000","u":"alice","n":1,"g":"","x":1764000000,"c":{"chat:*":3}}"""),
            Encoding.UTF8.GetBytes("""{"v":1,"i":null,"s":"5f0c","u":"\ud800","n":1e9,"g":null,"x":9223372036854775807,"c":null}"""),
            Encoding.UTF8.GetBytes("""{"claims":{"sub":["alice"]},"query":{"session":[null]},"subprotocols":["json.webpubsub.azure.v1",null]}"""),
            Encoding.UTF8.GetBytes("""{"session":"\ud800","avoid":["alpha",null]}"""))
        .Sample(
            bytes =>
            {
                ConnectionStateCodec.DecodeValue(bytes);
                ConnectionStateCodec.DecodeHeader(Convert.ToBase64String(bytes));
                ConnectionStateCodec.DecodeHeader(Convert.ToBase64String(Encoding.UTF8.GetBytes(
                    $$"""{"gateway":"{{Convert.ToBase64String(bytes)}}"}""")));
                EdgeJson.TryDeserialize<ConnectBody>(bytes);
                EdgeJson.TryDeserialize<NegotiateRequest>(bytes);
                NegotiationCodec.DecodeAnswer(bytes);
                NegotiationCodec.DecodeError(bytes);
            },
            iter: Runs,
            threads: 1);

    [Fact]
    public void Every_frame_leaves_a_client_alive() => FramesOfAnyShape().Sample(
        frames =>
        {
            var driver = new CoreDriver();
            driver.Connect();
            driver.Open("chat:1", "e", 0);
            driver.Publish("chat:1");
            foreach (var frame in frames)
            {
                ServiceFrameCodec.Decode(frame);
                driver.Give(new ServerlessGateway.Client.Core.FrameReceived(driver.Attempt, frame));
                driver.Advance(TimeSpan.FromSeconds(1));
            }
        },
        iter: Runs,
        threads: 1);

    private static Gen<byte[]> RequestsOfAnyShape() => Gen.Frequency(
        (3, Replaced(Requests, Odd)),
        (1, Mutations.Of([.. Requests.Select(Encoding.UTF8.GetBytes)])));

    private static Gen<byte[][]> FramesOfAnyShape()
    {
        string[] data =
        [
            """{"type":"messages","channel":"chat:1","epoch":"e","messages":[{"offset":1,"time":1,"user":"u","publisher":"p","number":1,"data":1},{"offset":3,"time":1,"gone":4018}]}""",
            """{"type":"head","channel":"chat:1","epoch":"e","offset":9}""",
            """{"type":"check","windowMs":5}""",
            """{"type":"answer","to":"publish","id":2,"items":[{"status":"retry","code":1001,"name":"busy","message":"m","retryAfterMs":5}]}""",
            """{"type":"answer","to":"history","id":3,"page":{"channel":"chat:1","outcome":"gap","epoch":"e","from":5,"head":9,"live":false,"messages":[],"gap":{"from":1,"to":4}}}""",
            """{"type":"answer","to":"subscribe","id":1,"channels":[{"channel":"chat:1","outcome":"recovered","epoch":"f","from":1,"head":0,"live":true,"messages":[]}]}""",
            """{"type":"error","id":2,"code":4001,"name":"n","message":"m"}""",
        ];
        return Gen.Frequency((3, Replaced(data, [.. Odd.Where(value => value.Length < 19)])), (1, Gen.OneOf(data).Select(Encoding.UTF8.GetBytes)))
            .Select(bytes => (byte[])[.. """{"type":"message","from":"server","dataType":"json","data":"""u8, .. bytes, (byte)'}'])
            .Array[1, 6];
    }

    /// <summary>A value of a sample, whichever, becomes an odd one, once or twice.</summary>
    private static Gen<byte[]> Replaced(string[] samples, string[] odd) => Gen.Select(
        Gen.OneOf(samples), Gen.Int[0, 1000], Gen.OneOf(odd), Gen.Int[0, 1000], Gen.OneOf(odd), Gen.Bool, (sample, at, value, at2, value2, twice) =>
            Encoding.UTF8.GetBytes(twice ? Replace(Replace(sample, at, value), at2, value2) : Replace(sample, at, value)));

    private static string Replace(string json, int at, string odd)
    {
        var starts = Enumerable.Range(0, json.Length).Where(place => place > 0 && json[place - 1] is ':' or '[' && place < json.Length).ToList();
        if (starts.Count == 0)
        {
            return json;
        }

        var start = starts[at % starts.Count];
        var (depth, isText, end) = (0, false, start);
        for (; end < json.Length; end++)
        {
            var character = json[end];
            if (isText)
            {
                isText = character != '"';
            }
            else if (character == '"')
            {
                isText = true;
            }
            else if (character is '{' or '[')
            {
                depth++;
            }
            else if (character is '}' or ']' && depth-- == 0)
            {
                break;
            }
            else if (character == ',' && depth == 0)
            {
                break;
            }
        }

        return json[..start] + odd + json[end..];
    }
}
