using System.Text;
using System.Text.Json;
using ServerlessGateway.Client.Wire;
using ServerlessGateway.Protocol;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Unit.Tests.Protocol;

/// <summary>
/// Runs every file of clients/vectors. Server and client read with the same assembly, so this holds both to
/// PROTOCOL.md; a client in another language runs the same files.
/// </summary>
public sealed class VectorTests
{
    private static readonly string[] Files =
    [
        "answers.json", "channels.json", "envelopes.json", "notices.json", "positions.json", "publishers.json", "requests.json",
        "shards.json", "subprotocol.json",
    ];

    [Fact]
    public void Every_file_is_run() => Assert.Equal(
        Files, Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void Requests()
    {
        foreach (var (vector, text) in Cases("requests.json"))
        {
            var decoded = RequestCodec.Decode(Utf8(vector, "text"));
            if (vector.TryGetProperty("code", out var code))
            {
                Assert.True(decoded.Request is null, text);
                Assert.Equal((code.GetInt32(), vector.GetProperty("id").GetInt64()), (decoded.Error!.Error.Code, decoded.Error.Id));
                continue;
            }

            Assert.True(decoded.Request is not null, $"{text}: {decoded.Error}");
            Assert.Equal(vector.GetProperty("id").GetInt64(), decoded.Request.Id);
            using var again = JsonDocument.Parse(RequestCodec.Encode(decoded.Request));
            Assert.Equal(Text(vector, "type"), Text(again.RootElement, "type"));
            if (vector.TryGetProperty("payload", out var payload))
            {
                Assert.Equal(payload.GetString(), Assert.IsType<PublishRequest>(decoded.Request).Items[0].Data.ToString());
            }
        }
    }

    [Fact]
    public void Answers()
    {
        foreach (var (vector, text) in Cases("answers.json"))
        {
            var reply = ReplyCodec.Decode(Utf8(vector, "text"));
            if (vector.TryGetProperty("known", out _))
            {
                Assert.True(reply is null, text);
                continue;
            }

            Assert.True(reply is not null, text);
            Assert.Equal(vector.GetProperty("id").GetInt64(), reply.Id);
            using var again = JsonDocument.Parse(ReplyCodec.Encode(reply));
            Assert.Equal(Text(vector, "to"), reply is ErrorReply ? "error" : Text(again.RootElement, "to"));
            AssertNames(vector, "statuses", (reply as PublishAnswer)?.Items.Select(item => $"{item.Status}"));
            AssertNames(vector, "outcomes", reply is HistoryAnswer history
                ? [$"{history.Page.Outcome}"]
                : (reply as SubscribeAnswer)?.Channels.Select(page => $"{page.Outcome}"));
        }
    }

    [Fact]
    public void Notices()
    {
        foreach (var (vector, text) in Cases("notices.json"))
        {
            var notice = RequestCodec.DecodeNotice(Utf8(vector, "text"));
            Assert.True((notice is null) == (Text(vector, "type") is null), text);
            if (notice is not null)
            {
                using var again = JsonDocument.Parse(RequestCodec.Encode(notice));
                Assert.Equal(Text(vector, "type"), Text(again.RootElement, "type"));
            }

            if (vector.TryGetProperty("offsets", out var offsets))
            {
                var messages = Assert.IsType<MessagesFrame>(notice).Messages;
                Assert.Equal(offsets.EnumerateArray().Select(offset => offset.GetInt64()), messages.Select(message => message.Offset));
                Assert.All(messages, message => Assert.Equal(message.Gone is null, message.Data.Length > 0));
            }
        }
    }

    [Fact]
    public void Frames_of_the_subprotocol()
    {
        foreach (var (vector, text) in Cases("subprotocol.json"))
        {
            var frame = ServiceFrameCodec.Decode(Utf8(vector, "text"));
            var (kind, data) = frame switch
            {
                ConnectedFrame => ("connected", null),
                DisconnectedFrame => ("disconnected", null),
                AckFrame ack => ("ack", $"{ack.AckId} {ack.Success}"),
                ServerFrame server => ("server", Encoding.UTF8.GetString(server.Data.Span)),
                GroupFrame group => ("group", Encoding.UTF8.GetString(group.Data.Span)),
                PongFrame => ("pong", null),
                _ => ((string?)null, null),
            };
            Assert.Equal((text, Text(vector, "kind")), (text, kind));
            var expected = kind == "ack"
                ? $"{vector.GetProperty("ackId").GetInt64()} {vector.GetProperty("success").GetBoolean()}"
                : vector.TryGetProperty("data", out var body) ? body.GetString() : null;
            Assert.Equal(expected, data);
        }

        using var file = Open("subprotocol.json");
        Assert.Equal(Text(file.RootElement, "ping"), Encoding.UTF8.GetString(ServiceFrameCodec.Ping.Span));
        foreach (var written in file.RootElement.GetProperty("events").EnumerateArray())
        {
            var frame = ServiceFrameCodec.Event(written.GetProperty("ackId").GetInt64(), Utf8(written, "request"));
            Assert.Equal(Text(written, "frame"), Encoding.UTF8.GetString(frame.Span));
        }
    }

    [Fact]
    public void Names_of_channels()
    {
        using var file = Open("channels.json");
        var root = file.RootElement;
        Assert.All(Strings(root.GetProperty("legal")), name => Assert.True(ChannelName.TryParse(name, out _), name));
        Assert.All(Strings(root.GetProperty("illegal")), name => Assert.False(ChannelName.TryParse(name, out _), name));
        foreach (var pair in root.GetProperty("namespaces").EnumerateArray())
        {
            Assert.Equal(pair[1].GetString(), ChannelName.Parse(pair[0].GetString()!).Namespace);
        }
    }

    [Fact]
    public void Positions()
    {
        foreach (var (vector, text) in Cases("positions.json"))
        {
            var isValid = Position.TryParse(Text(vector, "text"), out var position);
            Assert.True(isValid == !vector.TryGetProperty("valid", out _), text);
            if (isValid)
            {
                Assert.Equal(new Position(Text(vector, "epoch")!, vector.GetProperty("offset").GetInt64()), position);
                Assert.Equal(Text(vector, "text"), position.ToString());
            }
        }
    }

    [Fact]
    public void Shards_of_channels()
    {
        foreach (var (vector, _) in Cases("shards.json"))
        {
            var shard = Shards.Of(ChannelName.Parse(Text(vector, "channel")!), vector.GetProperty("count").GetInt32());
            Assert.Equal(vector.GetProperty("shard").GetInt32(), shard);
        }
    }

    [Fact]
    public void Keys_of_publishers()
    {
        foreach (var (vector, text) in Cases("publishers.json"))
        {
            var key = Text(vector, "kind") switch
            {
                "client" => PublisherKey.OfClient(Text(vector, "user")!, Text(vector, "publisher")!),
                "backend" => PublisherKey.OfBackend(Text(vector, "backend")!, Source(vector), Text(vector, "epoch")!),
                "resubmitted" => PublisherKey.OfResubmittedEvent(
                    Text(vector, "backend")!, Source(vector), Text(vector, "epoch")!, vector.GetProperty("offset").GetInt64()),
                _ => throw new InvalidOperationException(text),
            };
            Assert.Equal(Text(vector, "key"), key.ToString());
        }
    }

    [Fact]
    public void Envelopes()
    {
        foreach (var (vector, text) in Cases("envelopes.json"))
        {
            var envelope = new Envelope(
                Guid.ParseExact(Text(vector, "id")!, "N"),
                [.. vector.GetProperty("publications").EnumerateArray().Select(ReadPublication)]);
            Assert.Equal(Text(vector, "hex"), Convert.ToHexStringLower(EnvelopeCodec.Encode(envelope)));
            Assert.Equal(EnvelopeReadStatus.Read, EnvelopeCodec.TryDecode(Convert.FromHexString(Text(vector, "hex")!), out var read));
            Assert.True(envelope.Publications.SequenceEqual(read!.Publications) && envelope.Id == read.Id, text);
        }

        using var file = Open("envelopes.json");
        foreach (var vector in file.RootElement.GetProperty("reading").EnumerateArray())
        {
            var status = EnvelopeCodec.TryDecode(Convert.FromHexString(Text(vector, "hex")!), out _);
            Assert.Equal($"{Text(vector, "name")}: {Text(vector, "status")}".ToUpperInvariant(), $"{Text(vector, "name")}: {status}".ToUpperInvariant());
        }
    }

    private static string Folder { get; } = RepositoryRoot.Combine("clients", "vectors");

    private static JsonDocument Open(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));

    private static IEnumerable<(JsonElement Vector, string Text)> Cases(string file)
    {
        using var document = Open(file);
        var cases = document.RootElement.GetProperty("cases");
        Assert.NotEqual(0, cases.GetArrayLength());
        foreach (var vector in cases.EnumerateArray())
        {
            yield return (vector, vector.GetRawText());
        }
    }

    private static Publication ReadPublication(JsonElement vector) => new(
        Source(vector),
        new PublisherKey(UInt128.Parse(Text(vector, "key")!, System.Globalization.NumberStyles.HexNumber, null)),
        Text(vector, "publisher")!,
        Text(vector, "user")!,
        vector.GetProperty("number").GetInt64(),
        RawJson.FromText(Text(vector, "data")!));

    private static ChannelName Source(JsonElement vector) => ChannelName.Parse(Text(vector, "channel")!);

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(element => element.GetString()!);

    private static string? Text(JsonElement vector, string name) => vector.GetProperty(name).GetString();

    private static byte[] Utf8(JsonElement vector, string name) => Encoding.UTF8.GetBytes(Text(vector, name)!);

    private static void AssertNames(JsonElement vector, string field, IEnumerable<string>? names)
    {
        if (vector.TryGetProperty(field, out var expected))
        {
            Assert.Equal(Strings(expected), names!.Select(name => JsonNamingPolicy.CamelCase.ConvertName(name)));
        }
    }
}
