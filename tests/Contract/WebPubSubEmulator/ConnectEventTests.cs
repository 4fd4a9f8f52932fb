using System.Net;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>The blocking connect event: what the handler sees, and what it may decide.</summary>
public sealed class ConnectEventTests : IAsyncLifetime
{
    private TestHandler _handler = null!;

    public async Task InitializeAsync() => _handler = await TestHandler.StartAsync();

    public async Task DisposeAsync() => await _handler.DisposeAsync();

    [Fact]
    [Feature("Event handlers", "Blocking connect: user, groups, roles, state")]
    [Feature("Event handlers", "connected and disconnected")]
    public async Task Connect_may_name_user_groups_roles_and_state_and_sees_the_handshake()
    {
        _handler.Answer = (request, response) =>
        {
            if (request.Event != "connect") return TestHandler.Empty(response);
            response.Headers["ce-connectionState"] = "c3RhdGU=";
            return TestHandler.WriteAsync(response, "application/json", """{"userId":"new","groups":["g1"],"roles":["webpubsub.sendToGroup"]}""");
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect,connected,disconnected"));
        await using var client = await instance.ConnectAsync("old", extra: "&session=s1&session=s2");

        var connect = await _handler.NextAsync();
        var body = JsonNode.Parse(connect.Body)!;
        Assert.Equal("azure.webpubsub.sys.connect", connect.Header("ce-type"));
        Assert.Equal("old", body["claims"]!["sub"]![0]!.GetValue<string>());
        Assert.Equal("s2", body["query"]!["session"]![1]!.GetValue<string>());
        Assert.Equal(TestClient.Json, body["subprotocols"]![0]!.GetValue<string>());
        Assert.NotNull(body["headers"]!["Host"]);
        Assert.Null(body["query"]!["access_token"]);
        Assert.Empty(body["clientCertificates"]!.AsArray());

        var connected = await _handler.NextAsync();
        Assert.Equal("azure.webpubsub.sys.connected", connected.Header("ce-type"));
        Assert.Equal("new", connected.Header("ce-userId"));
        Assert.Equal("c3RhdGU=", connected.Header("ce-connectionState"));
        Assert.True(connect.Id < connected.Id);
        Assert.Equal(HttpStatusCode.OK, await instance.StatusAsync(HttpMethod.Head, "/users/new"));
        Assert.Equal(HttpStatusCode.OK, await instance.StatusAsync(HttpMethod.Head, "/groups/g1"));
        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":1}""");
        Assert.Equal("new", (await client.ReceiveAsync())["fromUserId"]!.GetValue<string>());

        await instance.StatusAsync(HttpMethod.Delete, $"/connections/{client.ConnectionId}?reason=enough");
        var disconnected = await _handler.NextAsync();
        Assert.Equal("azure.webpubsub.sys.disconnected", disconnected.Header("ce-type"));
        Assert.Equal("""{"reason":"enough"}""", disconnected.Text);
        Assert.Equal("c3RhdGU=", disconnected.Header("ce-connectionState"));
    }

    [Theory]
    [InlineData("{}", "old", "g0", true)]
    [InlineData("null", "old", "g0", true)]
    [InlineData("", "old", "g0", true)]
    [InlineData("""{"userId":null,"groups":[],"roles":null}""", "old", "g0", true)]
    [InlineData("""{"userId":"","groups":["g1","g2"],"roles":[]}""", null, "g1 g2", false)]
    [InlineData("""{"userId":"new","groups":["g1"],"roles":["webpubsub.joinLeaveGroup"]}""", "new", "g1", false)]
    [Feature("Event handlers", "Blocking connect: user, groups, roles, state")]
    public async Task What_connect_names_stands_in_for_the_token_and_what_it_leaves_out_stays(
        string answer, string? userId, string groups, bool maySend)
    {
        _handler.Answer = (_, response) => TestHandler.WriteAsync(response, "text/html", answer);
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect"));
        await using var client = await instance.ConnectAsync("old", ["webpubsub.sendToGroup"], ["g0"]);

        Assert.Equal(userId, instance.Host.Hubs.All.Single().Find(client.ConnectionId)!.UserId);
        Assert.Equal(groups.Split(' '), await instance.GroupsAsync("g0", "g1", "g2"));
        var ack = await client.AskAsync("""{"type":"sendToGroup","group":"x","data":1,"ackId":1}""");
        Assert.Equal(maySend, ack["success"]!.GetValue<bool>());
    }

    [Fact]
    [Feature("Event handlers", "connected and disconnected")]
    public async Task A_client_that_connect_let_in_and_the_handshake_did_not_is_disconnected_too()
    {
        _handler.Answer = (request, response) => request.Event == "connect"
            ? TestHandler.WriteAsync(response, "application/json", """{"userId":"ada","subprotocol":"never.offered"}""")
            : TestHandler.Empty(response);
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect,connected,disconnected"));

        await TestClient.HandshakeStatusAsync(instance.ClientUrl(TestInstance.Sign(instance.Audience)));

        var connect = await _handler.NextAsync();
        var disconnected = await _handler.NextAsync();
        Assert.Equal(("connect", "disconnected"), (connect.Event, disconnected.Event));
        Assert.Equal(connect.Header("ce-connectionId"), disconnected.Header("ce-connectionId"));
        Assert.Equal("ada", disconnected.Header("ce-userId"));
        Assert.True(connect.Id < disconnected.Id);
    }

    [Fact]
    [Feature("Event handlers", "Cookies of a handler come back within the connection")]
    public async Task Cookies_of_a_handler_come_back_with_later_events_of_the_same_connection_only()
    {
        _handler.Answer = (request, response) =>
        {
            if (request.Event == "connect") response.Headers.SetCookie = $"affinity={request.Header("ce-userId")}; Path=/; HttpOnly";
            return TestHandler.Empty(response);
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect,disconnected"));
        await using var ada = await instance.ConnectAsync("ada");
        await using var bob = await instance.ConnectAsync("bob");

        await ada.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");
        await bob.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");

        var cookies = _handler.Requests.Where(request => request.Event == "e")
            .ToDictionary(request => request.Header("ce-userId")!, request => request.Header("Cookie"));
        Assert.Equal("affinity=ada", cookies["ada"]);
        Assert.Equal("affinity=bob", cookies["bob"]);
        Assert.All(
            _handler.Requests.Where(request => request.Event == "connect"), request => Assert.Null(request.Header("Cookie")));
    }

    [Theory]
    [InlineData(401, 401)]
    [InlineData(403, 403)]
    [InlineData(429, 429)]
    [InlineData(302, 500)]
    [Feature("Event handlers", "4xx of connect is the status of the handshake")]
    public async Task A_refusal_of_connect_is_the_status_of_the_handshake(int answered, int seen)
    {
        _handler.Answer = (_, response) =>
        {
            response.StatusCode = answered;
            return Task.CompletedTask;
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect"));

        var status = await TestClient.HandshakeStatusAsync(instance.ClientUrl(TestInstance.Sign(instance.Audience)));

        Assert.Equal(seen, (int)status);
        Assert.Equal(0, instance.Host.Hubs.ConnectionCount);
    }

    [Theory]
    [InlineData("not json", "text/plain")]
    [InlineData("""{"groups":[" "]}""", "application/json")]
    [InlineData("""{"groups":7}""", "application/json")]
    [InlineData("""{"groups":[null]}""", "application/json")]
    [InlineData("""{"roles":[null]}""", "application/json")]
    [InlineData("""{"userId":"a\nb"}""", "application/json")]
    [InlineData("[]", "application/json")]
    [Feature("Event handlers", "Blocking connect: user, groups, roles, state")]
    public async Task An_answer_to_connect_that_is_none_fails_the_handshake(string body, string contentType)
    {
        _handler.Answer = (_, response) => TestHandler.WriteAsync(response, contentType, body);
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect"));

        var status = await TestClient.HandshakeStatusAsync(instance.ClientUrl(TestInstance.Sign(instance.Audience)));

        Assert.Equal(HttpStatusCode.InternalServerError, status);
    }

    [Theory]
    [InlineData("custom.v2", "custom.v2", 101)]
    [InlineData("json.webpubsub.azure.v1", "json.webpubsub.azure.v1", 101)]
    [InlineData("never.offered", null, 400)]
    [Feature("Event handlers", "Subprotocol chosen by connect")]
    public async Task Connect_chooses_among_the_subprotocols_that_were_offered(string choice, string? agreed, int status)
    {
        _handler.Answer = (_, response) => TestHandler.WriteAsync(response, "application/json", $$"""{"subprotocol":"{{choice}}"}""");
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect"));
        var url = instance.ClientUrl(TestInstance.Sign(instance.Audience));
        const string offered = "custom.v1,custom.v2,json.webpubsub.azure.v1";

        Assert.Equal(status, (int)await TestClient.HandshakeStatusAsync(url, offered));
        if (status != 101) return;
        await using var client = await TestClient.ConnectAsync(url, offered);
        Assert.Equal(agreed, client.Socket.SubProtocol);
    }
}
