using System.Net;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Who may open a client connection, and with which status everyone else is refused.</summary>
public sealed class HandshakeTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData("/client/hubs/chat")]
    [InlineData("/client/?hub=chat")]
    [InlineData("/client?hub=chat")]
    [Feature("Handshake", "Both client URLs")]
    public async Task Both_forms_of_the_client_URL_open_a_connection(string path)
    {
        var token = TestInstance.Sign(_instance.Audience, userId: "ada");

        await using var client = await TestClient.ConnectAsync(_instance.ClientUrl(token, path));

        Assert.Equal(TestClient.Json, client.Socket.SubProtocol);
        Assert.NotNull(_instance.Host.Hubs.All.Single().Find(client.ConnectionId));
    }

    [Fact]
    public async Task The_first_message_tells_user_and_connection()
    {
        var token = TestInstance.Sign(_instance.Audience, userId: "ada");
        await using var client = await TestClient.ConnectAsync(_instance.ClientUrl(token), "other.protocol,json.webpubsub.azure.v1");

        Assert.Equal("ada", _instance.Host.Hubs.All.Single().Find(client.ConnectionId)!.UserId);
    }

    [Theory]
    [InlineData(TestInstance.PrimaryKey)]
    [InlineData(TestInstance.SecondaryKey)]
    [Feature("Handshake", "Tokens by either access key, in query or header")]
    public async Task Either_access_key_may_sign_and_the_header_may_carry_the_token(string key)
    {
        var token = TestInstance.Sign(_instance.Audience, key);

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await StatusAsync(token));
        Assert.Equal(
            HttpStatusCode.SwitchingProtocols,
            await TestClient.HandshakeStatusAsync(_instance.ClientUrl(), authorization: $"Bearer {token}"));
    }

    [Fact]
    [Feature("Handshake", "Audience, expiry and not-before are checked")]
    public async Task A_token_that_is_wrong_in_one_thing_is_refused_with_401()
    {
        var now = DateTime.UtcNow;
        var audience = _instance.Audience;
        var tokens = new Dictionary<string, string?>
        {
            ["missing"] = null,
            ["no token at all"] = "nonsense",
            ["another key"] = TestInstance.Sign(audience, "another-key-of-somebody-0123456789abcdefg"),
            ["another hub"] = TestInstance.Sign($"{_instance.Endpoint}/client/hubs/other"),
            ["another port"] = TestInstance.Sign("http://localhost:1/client/hubs/chat"),
            ["another host"] = TestInstance.Sign("http://elsewhere.example/client/hubs/chat"),
            ["audience with more behind"] = TestInstance.Sign(audience + "/more"),
            ["audience with a query"] = TestInstance.Sign(audience + "?a=b"),
            ["audience of the REST API"] = TestInstance.Sign($"{_instance.Endpoint}/api/hubs/chat"),
            ["expired"] = TestInstance.Sign(audience, expires: now.AddSeconds(-1)),
            ["without expiry"] = TestInstance.Sign(audience, withExpiry: false),
            ["not yet valid"] = TestInstance.Sign(audience, notBefore: now.AddMinutes(2)),
            ["unsigned"] = Unsigned(audience),
        };

        foreach (var (problem, token) in tokens)
        {
            Assert.True(await StatusAsync(token) == HttpStatusCode.Unauthorized, problem);
        }
    }

    [Fact]
    public async Task The_names_of_this_machine_are_one()
    {
        var port = new Uri(_instance.Endpoint).Port;

        Assert.Equal(
            HttpStatusCode.SwitchingProtocols,
            await StatusAsync(TestInstance.Sign($"http://localhost:{port}/client/hubs/chat")));
        using var rest = await _instance.RestAsync(
            HttpMethod.Post, "/:generateToken", token: TestInstance.Sign($"http://localhost:{port}/api/hubs/chat/:generateToken"));
        Assert.Equal(HttpStatusCode.OK, rest.StatusCode);
    }

    [Fact]
    public async Task A_hub_is_one_however_it_is_spelt()
    {
        Assert.Equal(
            HttpStatusCode.SwitchingProtocols,
            await StatusAsync(TestInstance.Sign($"{_instance.Endpoint}/client/hubs/CHAT")));
        await using var client = await TestClient.ConnectAsync(
            _instance.ClientUrl(TestInstance.Sign(_instance.Audience), "/client/hubs/Chat"));

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, $"/connections/{client.ConnectionId}"));
    }

    [Fact]
    public async Task A_changed_payload_breaks_the_signature()
    {
        var parts = TestInstance.Sign(_instance.Audience, userId: "ada").Split('.');
        var other = TestInstance.Sign(_instance.Audience, userId: "eve").Split('.');

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"{parts[0]}.{other[1]}.{parts[2]}"));
    }

    [Theory]
    [InlineData("/client/hubs/9digits")]
    [InlineData("/client/hubs/with space")]
    [InlineData("/client")]
    public async Task A_hub_name_that_is_none_is_refused_with_400(string path)
    {
        var status = await TestClient.HandshakeStatusAsync(_instance.ClientUrl(TestInstance.Sign(_instance.Audience), path));

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task An_unknown_path_is_404_and_a_plain_request_400()
    {
        var token = TestInstance.Sign(_instance.Audience);
        using var http = new HttpClient();

        Assert.Equal(
            HttpStatusCode.NotFound,
            await TestClient.HandshakeStatusAsync(_instance.ClientUrl(token, "/clients/hubs/chat")));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await http.GetAsync(new Uri(_instance.Audience + "?access_token=" + token))).StatusCode);
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqttv3.1")]
    [InlineData("json.webpubsub.azure.v2")]
    [InlineData("made.up")]
    public async Task A_subprotocol_that_is_not_spoken_is_refused_with_400(string subprotocol)
    {
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await TestClient.HandshakeStatusAsync(_instance.ClientUrl(TestInstance.Sign(_instance.Audience)), subprotocol));
    }

    [Fact]
    [Feature("Not supported", "MQTT", Support = FeatureSupport.Missing, Note = "The handshake is refused by name, with 501 on the path of MQTT clients and with 400 elsewhere.")]
    public async Task MQTT_is_refused_by_name()
    {
        var token = TestInstance.Sign(_instance.Audience);
        var path = _instance.ClientUrl(token, "/clients/mqtt/hubs/chat");
        using var http = new HttpClient();
        using var refused = await http.GetAsync(new Uri(path.Replace("ws://", "http://", StringComparison.Ordinal)));

        Assert.Equal(HttpStatusCode.NotImplemented, await TestClient.HandshakeStatusAsync(path, "mqtt"));
        Assert.Contains("MQTT", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_id_that_no_header_can_carry_is_refused_with_400()
    {
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(TestInstance.Sign(_instance.Audience, userId: "a\r\nx: y")));
    }

    [Fact]
    public async Task A_group_that_is_none_is_refused_with_400()
    {
        var blank = TestInstance.Sign(_instance.Audience, claims: ("webpubsub.group", " "));
        var good = TestInstance.Sign(_instance.Audience);

        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(blank));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await TestClient.HandshakeStatusAsync(
                _instance.ClientUrl(good, extra: "&webpubsub_mode=sendToGroup"), subprotocol: null));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await TestClient.HandshakeStatusAsync(_instance.ClientUrl(good, extra: "&webpubsub_mode=other"), subprotocol: null));
    }

    [Theory]
    [InlineData("&webpubsub_mode=", HttpStatusCode.SwitchingProtocols)]
    [InlineData("&webpubsub_mode=other&webpubsub_mode=sendEvent", HttpStatusCode.SwitchingProtocols)]
    [InlineData("&webpubsub_mode=sendEvent&webpubsub_mode=other", HttpStatusCode.BadRequest)]
    [InlineData("&webpubsub_mode=sendToGroup&group=g1&group=", HttpStatusCode.BadRequest)]
    [InlineData("&webpubsub_mode=sendToGroup&group=g1&noEcho=maybe", HttpStatusCode.BadRequest)]
    [InlineData("&webpubsub_mode=sendToGroup&group=g1&noEcho=maybe&noEcho=TRUE", HttpStatusCode.SwitchingProtocols)]
    public async Task The_mode_may_be_left_empty_and_of_repeated_parameters_the_last_counts(
        string extra, HttpStatusCode expected)
    {
        var url = _instance.ClientUrl(TestInstance.Sign(_instance.Audience), extra: extra);

        Assert.Equal(expected, await TestClient.HandshakeStatusAsync(url, subprotocol: null));
    }

    [Theory]
    [InlineData("&group=other&group=g1&noEcho", false)]
    [InlineData("&group=other&group=g1&noEcho=true&noEcho=false", true)]
    [InlineData("&group=g1", true)]
    [Feature("Clients", "Clients without subprotocol, sendToGroup mode")]
    public async Task The_last_group_gets_the_frames_and_noEcho_may_be_a_bare_flag(string extra, bool isEchoed)
    {
        await using var sender = await _instance.ConnectAsync(
            "ada", ["webpubsub.sendToGroup"], ["g1"], null, $"&webpubsub_mode=sendToGroup{extra}");
        await using var member = await _instance.ConnectAsync("bob", null, ["g1"], null);

        await sender.SendAsync("hello");
        Assert.Equal("hello", await member.ReceiveTextAsync());
        // Whatever came back came before this.
        await _instance.AcceptedAsync("/users/ada/:send", "last");

        Assert.Equal(isEchoed ? "hello" : "last", await sender.ReceiveTextAsync());
    }

    [Theory]
    [InlineData("a_`,.[]")]
    [InlineData("a_%60%2C.%5B%5D")]
    public async Task The_hub_in_an_audience_may_be_escaped(string hub)
    {
        var token = TestInstance.Sign($"{_instance.Endpoint}/client/hubs/{hub}");
        var url = _instance.ClientUrl(token, "/client/hubs/a_%60%2C.%5B%5D");

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(url));
    }

    [Fact]
    [Feature("Handshake", "A public endpoint in front")]
    public async Task A_token_for_the_configured_public_endpoint_is_good_wherever_the_client_came_in()
    {
        await using var instance = await TestInstance.StartAsync(
            change: options => options with { PublicEndpoint = new Uri("https://gateway.example") });
        var token = TestInstance.Sign("https://gateway.example/client/hubs/chat");

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(instance.ClientUrl(token)));
        Assert.StartsWith("Endpoint=https://gateway.example;", instance.Host.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    [Feature("Bounds", "Connection limit")]
    public async Task A_full_instance_refuses_with_429_until_somebody_leaves()
    {
        await using var instance = await TestInstance.StartAsync(
            change: options => options with { Limits = options.Limits with { MaxConnections = 1 } });
        await using var first = await instance.ConnectAsync();
        var url = instance.ClientUrl(TestInstance.Sign(instance.Audience));

        Assert.Equal(HttpStatusCode.TooManyRequests, await TestClient.HandshakeStatusAsync(url));
        await instance.RestAsync(HttpMethod.Delete, $"/connections/{first.ConnectionId}");
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(url));
    }

    private static string Unsigned(string audience)
    {
        static string Encode(string json) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(json);
        var expiry = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds();
        return $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{Encode($$"""{"aud":"{{audience}}","exp":{{expiry}}}""")}.";
    }

    private Task<HttpStatusCode> StatusAsync(string? token) => TestClient.HandshakeStatusAsync(_instance.ClientUrl(token));
}
