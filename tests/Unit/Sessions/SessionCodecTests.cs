using System.Text;
using System.Text.Json;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Unit.Tests.Sessions;

public sealed class SessionCodecTests
{
    [Fact]
    public void A_session_survives_its_row()
    {
        var session = Full() with { Remembered = [KeyValuePair.Create(Given.Channel("left"), new Position("epoch-1", 3))] };

        var decoded = SessionCodec.Decode(session.Id, SessionCodec.Encode(session));

        AssertSame(session, decoded);
        Assert.Equal(SessionCodec.Encode(session), SessionCodec.Encode(decoded));
    }

    [Fact]
    public void A_row_that_an_older_process_wrote_is_read()
    {
        var body = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Sessions", "Vectors", "session-v1.json"));

        AssertSame(Full(), SessionCodec.Decode(Given.SessionId, body));
    }

    [Fact]
    public void Fields_of_the_next_version_come_back_out_as_they_went_in()
    {
        var body = Encoding.UTF8.GetString(SessionCodec.Encode(Full())).Replace("{\"v\":1,", "{\"v\":2,\"tags\":{\"a\":[1,2]},", StringComparison.Ordinal);

        var decoded = SessionCodec.Decode(Given.SessionId, Encoding.UTF8.GetBytes(body));
        using var again = JsonDocument.Parse(SessionCodec.Encode(decoded with { ConnectionNumber = 99 }));

        Assert.Equal("""{"a":[1,2]}""", again.RootElement.GetProperty("tags").GetRawText());
        Assert.Equal(99, again.RootElement.GetProperty("number").GetInt64());
    }

    [Theory]
    [InlineData("""{"v":3,"user":"alice"}""")]
    [InlineData("""{"v":0,"user":"alice"}""")]
    [InlineData("""{"user":"alice"}""")]
    [InlineData("""{"v":1,"user":null}""")]
    [InlineData("""{"v":1,"user":"alice","subscriptions":{"a b":null}}""")]
    [InlineData("""{"v":1,"user":"alice","leaseEnds":99999999999999999}""")]
    [InlineData("null")]
    [InlineData("rubbish")]
    public void What_can_not_be_read_says_so(string body) => Assert.Throws<FormatVersionException>(
        () => SessionCodec.Decode(Given.SessionId, Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void The_fullest_session_fits_into_one_property_of_a_table()
    {
        var channels = Enumerable.Range(0, 200).ToDictionary(
            at => Given.Channel($"{at:D3}" + new string('a', 125)), Position? (_) => new Position(new string('e', Position.MaxEpochLength), long.MaxValue));
        var full = Full() with
        {
            Subscriptions = [.. channels],
            Capabilities = CapabilitySet.OfResolved(new Dictionary<string, Rights> { [new string('p', ConnectionStateCodec.MaxValueLength)] = Rights.Publish }),
            User = new string('ü', UserName.MaxLength),
        };

        Assert.InRange(SessionCodec.Encode(full).Length, 1, 64 * 1024);
    }

    private static Session Full() =>
        Given.Session(("orders:1", new Position("epoch-1", 12)), ("news", null), ("first", Position.Beginning))
            .WithCurrent("c1", "alpha").WithCurrent("c2", "beta");

    private static void AssertSame(Session expected, Session actual)
    {
        Assert.Equal((expected.Id, expected.User, expected.TokenExpires, expected.LeaseEnds), (actual.Id, actual.User, actual.TokenExpires, actual.LeaseEnds));
        Assert.Equal((expected.Connection, expected.ConnectionNumber), (actual.Connection, actual.ConnectionNumber));
        Assert.Equal(expected.EarlierConnections, actual.EarlierConnections);
        Assert.Equal(expected.Subscriptions.OrderBy(pair => pair.Key.Value), actual.Subscriptions.OrderBy(pair => pair.Key.Value));
        Assert.Equal(expected.Remembered.OrderBy(pair => pair.Key.Value), actual.Remembered.OrderBy(pair => pair.Key.Value));
        Assert.Equal(expected.Capabilities.Patterns, actual.Capabilities.Patterns);
    }
}
