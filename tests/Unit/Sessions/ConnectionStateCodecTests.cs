using System.Text;
using System.Text.Json;
using CsCheck;
using ServerlessGateway.Access;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Unit.Tests.Sessions;

public sealed class ConnectionStateCodecTests
{
    [Fact]
    public void A_state_survives_the_header()
    {
        var state = State("""{"chat:*":["subscribe","publish"],"orders:{sub}":["subscribe"],"a+b!":["publish"]}""");

        var decoded = ConnectionStateCodec.DecodeHeader(ConnectionStateCodec.EncodeHeader(state));

        AssertSame(state, decoded);
    }

    [Fact]
    public void The_header_has_the_form_of_the_sdks_so_that_either_edge_reads_the_others()
    {
        // Microsoft.Azure.WebPubSub.Common: base64 of an object whose values are base64 of bytes.
        var header = ConnectionStateCodec.EncodeHeader(State())!;

        using var states = JsonDocument.Parse(Convert.FromBase64String(header));
        var only = Assert.Single(states.RootElement.EnumerateObject());
        Assert.Equal("gateway", only.Name);
        Assert.Equal(ConnectionStateCodec.EncodeValue(State()), only.Value.GetBytesFromBase64());
    }

    [Theory]
    [InlineData("state-v1.txt")]
    public void A_header_that_an_older_process_wrote_is_read(string file)
    {
        var header = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sessions", "Vectors", file)).Trim();

        AssertSame(State("""{"chat:*":["subscribe","publish"],"orders:alice":["subscribe"]}"""), ConnectionStateCodec.DecodeHeader(header));
    }

    [Fact]
    public void The_next_version_is_read_with_its_unknown_fields_and_the_one_after_is_not()
    {
        Assert.NotNull(ConnectionStateCodec.DecodeValue(Value(ConnectionStateCodec.Version + 1)));
        Assert.Null(ConnectionStateCodec.DecodeValue(Value(ConnectionStateCodec.Version + 2)));
        Assert.Null(ConnectionStateCodec.DecodeValue(Value(0)));

        static byte[] Value(int version) => Encoding.UTF8.GetBytes(
            $$$"""{"v":{{{version}}},"i":"alpha","s":"{{{Given.SessionId}}}","u":"a","n":1,"g":"","x":1,"c":{},"new":{"deep":[1]}}""");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("%%%")]
    [InlineData("W10=")]
    [InlineData("e30=")]
    [InlineData("eyJnYXRld2F5Ijo3fQ==")]
    [InlineData("eyJnYXRld2F5IjpudWxsfQ==")]
    public void What_is_not_a_state_is_not_read_and_does_not_throw(string? header) =>
        Assert.Null(ConnectionStateCodec.DecodeHeader(header));

    [Fact]
    public void Damaged_states_never_throw()
    {
        var value = ConnectionStateCodec.EncodeValue(State())!;

        Gen.Select(Gen.Int[0, value.Length - 1], Gen.Byte).Sample(damage =>
        {
            var damaged = (byte[])value.Clone();
            damaged[damage.Item1] = damage.Item2;
            _ = ConnectionStateCodec.DecodeValue(damaged);
        }, iter: 5000);
        Assert.Null(ConnectionStateCodec.DecodeValue("""{"v":1,"i":"alpha","s":null}"""u8));
        Assert.Null(ConnectionStateCodec.DecodeValue("""{"v":1,"i":"alpha","s":"00000000000000000000000000005f0c","n":1}"""u8));
        Assert.Null(ConnectionStateCodec.DecodeValue("""{"v":1,"i":"alpha","s":"00000000000000000000000000005f0c","u":"a","c":null}"""u8));
        Assert.Null(ConnectionStateCodec.DecodeValue("""{"v":1,"i":"alpha","s":"00000000000000000000000000005f0c","u":"a","x":99999999999999}"""u8));
    }

    [Fact]
    public void The_longest_value_gives_a_header_of_at_most_4_KiB_and_one_byte_more_is_refused()
    {
        var empty = ConnectionStateCodec.EncodeValue(StateOf(new Dictionary<string, Rights> { [""] = Rights.Publish }))!.Length;
        var longest = StateOf(new Dictionary<string, Rights> { [new string('a', ConnectionStateCodec.MaxValueLength - empty)] = Rights.Publish });
        var tooLong = StateOf(new Dictionary<string, Rights> { [new string('a', ConnectionStateCodec.MaxValueLength - empty + 1)] = Rights.Publish });

        Assert.InRange(ConnectionStateCodec.EncodeHeader(longest)!.Length, ConnectionStateCodec.MaxHeaderLength - 8, ConnectionStateCodec.MaxHeaderLength);
        Assert.Null(ConnectionStateCodec.EncodeHeader(tooLong));
        Assert.Null(ConnectionStateCodec.EncodeValue(tooLong));
    }

    [Fact]
    public void The_set_version_tells_sets_apart_and_not_orders()
    {
        Assert.Equal(
            ConnectionState.VersionOf([Given.Channel("a"), Given.Channel("b")]), ConnectionState.VersionOf([Given.Channel("b"), Given.Channel("a")]));
        Assert.NotEqual(ConnectionState.VersionOf([Given.Channel("ab")]), ConnectionState.VersionOf([Given.Channel("a"), Given.Channel("b")]));
        Assert.NotEqual(ConnectionState.UnknownSet, ConnectionState.VersionOf([]));
    }

    private static ConnectionState State(string capabilities = """{"chat:*":["subscribe"]}""") => new(
        Given.Alpha, Given.SessionId, "ünal", 12, "0011223344556677", Given.Now, Given.Capabilities(capabilities));

    private static ConnectionState StateOf(Dictionary<string, Rights> patterns) =>
        State() with { Capabilities = CapabilitySet.OfResolved(patterns) };

    private static void AssertSame(ConnectionState expected, ConnectionState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Capabilities = actual.Capabilities }, actual);
        Assert.Equal(expected.Capabilities.Patterns.OrderBy(pair => pair.Key), actual.Capabilities.Patterns.OrderBy(pair => pair.Key));
    }
}
