using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>How events reach a handler, what it may answer, and what the client gets of it.</summary>
public sealed class EventHandlerTests : IAsyncLifetime
{
    private TestHandler _handler = null!;

    public async Task InitializeAsync() => _handler = await TestHandler.StartAsync();

    public async Task DisposeAsync() => await _handler.DisposeAsync();

    [Fact]
    [Feature("Event handlers", "CloudEvents in binary mode, signed with both keys")]
    public async Task A_user_event_is_a_CloudEvent_in_binary_mode_signed_with_both_keys()
    {
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync("ada é");

        await client.AskAsync("""{"type":"event","event":"echo","dataType":"text","data":"héllo","ackId":1,"metadata":{"Trace":"t"}}""");

        var request = await _handler.NextAsync();
        Assert.Equal("/hook/chat/echo?code=secret", request.Target);
        Assert.Equal("héllo", request.Text);
        Assert.Equal("text/plain; charset=utf-8", request.Header("Content-Type"));
        Assert.Equal("1.0", request.Header("ce-specversion"));
        Assert.Equal("1.0", request.Header("ce-awpsversion"));
        Assert.Equal("azure.webpubsub.user.echo", request.Header("ce-type"));
        Assert.Equal($"/hubs/chat/client/{client.ConnectionId}", request.Header("ce-source"));
        Assert.Equal("ada é", request.Header("ce-userId"));
        Assert.Equal(client.ConnectionId, request.Header("ce-connectionId"));
        Assert.Equal("chat", request.Header("ce-hub"));
        Assert.Equal("echo", request.Header("ce-eventName"));
        Assert.Equal(TestClient.Json, request.Header("ce-subprotocol"));
        Assert.Null(request.Header("ce-connectionState"));
        Assert.Equal("t", request.Header("x-webpubsub-metadata-trace"));
        Assert.Equal(new Uri(instance.Endpoint).Authority, request.Header("WebHook-Request-Origin"));
        Assert.True(DateTimeOffset.TryParse(request.Header("ce-time"), out _));
        Assert.Equal(
            $"{Signature(TestInstance.PrimaryKey, client.ConnectionId)},{Signature(TestInstance.SecondaryKey, client.ConnectionId)}",
            request.Header("ce-signature"));
    }

    [Theory]
    [InlineData("json", """{"a":1}""", "application/json; charset=utf-8", """{"a":1}""")]
    [InlineData("binary", "\"AAH/\"", "application/octet-stream", "\u0000\u0001")]
    [InlineData("protobuf", "\"AAE=\"", "application/x-protobuf", "\u0000\u0001")]
    [Feature("Event handlers", "CloudEvents in binary mode, signed with both keys")]
    public async Task The_data_type_of_an_event_becomes_its_content_type(string dataType, string data, string contentType, string start)
    {
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync();

        await client.AskAsync($$"""{"type":"event","event":"e","dataType":"{{dataType}}","data":{{data}},"ackId":1}""");

        var request = await _handler.NextAsync();
        Assert.Equal(contentType, request.Header("Content-Type"));
        Assert.StartsWith(start, Encoding.Latin1.GetString(request.Body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", """{"n":[1]}""", """{"type":"message","from":"server","dataType":"json","data":{"n":[1]}}""")]
    [InlineData("text/plain", "hi", """{"type":"message","from":"server","dataType":"text","data":"hi"}""")]
    [InlineData("application/octet-stream", "hi", """{"type":"message","from":"server","dataType":"binary","data":"aGk="}""")]
    [Feature("Event handlers", "The answer to the sender, before the ack")]
    public async Task The_answer_reaches_the_sender_typed_and_before_the_ack(string contentType, string answer, string expected)
    {
        _handler.Answer = (_, response) => WriteAsync(response, contentType, answer);
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync();
        await using var other = await instance.ConnectAsync();

        var first = await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":5}""");
        var second = await client.ReceiveAsync();

        Assert.Equal(expected, first.ToJsonString());
        Assert.Equal("""{"type":"ack","ackId":5,"success":true}""", second.ToJsonString());
        Assert.Empty(await other.DrainAsync());
    }

    [Fact]
    [Feature("Event handlers", "Order per connection, none between connections")]
    public async Task Events_of_one_connection_wait_for_each_other_and_not_for_another_connection()
    {
        var gates = new ConcurrentDictionary<string, TaskCompletionSource>();
        _handler.Answer = (request, _) => gates.GetOrAdd(request.Text, _ => new TaskCompletionSource()).Task;
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync("ada");
        await using var other = await instance.ConnectAsync("bob");

        for (var i = 1; i <= 3; i++) await client.SendAsync($$"""{"type":"event","event":"e","data":{{i}},"ackId":{{i}}}""");
        await other.SendAsync("""{"type":"event","event":"e","data":9,"ackId":9}""");
        // Both first events are in flight together; the second of ada is not there before the first is answered.
        var inFlight = new[] { await _handler.NextAsync(), await _handler.NextAsync() };
        Assert.Equal(["1", "9"], inFlight.Select(request => request.Text).Order(StringComparer.Ordinal));
        // Liveness does not wait behind an event in flight.
        Assert.Equal("pong", (await client.AskAsync("""{"type":"ping"}"""))["type"]!.GetValue<string>());

        var ids = new List<long> { Id(inFlight.Single(request => request.Text == "1")) };
        for (var i = 1; i <= 3; i++)
        {
            gates[$"{i}"].SetResult();
            Assert.Equal(i, (await client.ReceiveAsync())["ackId"]!.GetValue<int>());
            if (i == 3) break;
            var next = await _handler.NextAsync();
            Assert.Equal($"{i + 1}", next.Text);
            ids.Add(Id(next));
        }

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(3, ids.Distinct().Count());
        gates["9"].SetResult();
    }

    [Fact]
    [Feature("Event handlers", "Blocking connect: user, groups, roles, state")]
    [Feature("Event handlers", "connected and disconnected")]
    public async Task Connect_may_name_user_groups_roles_and_state_and_sees_the_handshake()
    {
        _handler.Answer = (request, response) =>
        {
            if (request.Event != "connect") return Empty(response);
            response.Headers["ce-connectionState"] = "c3RhdGU=";
            return WriteAsync(response, "application/json", """{"userId":"new","groups":["g1"],"roles":["webpubsub.sendToGroup"]}""");
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

        var connected = await _handler.NextAsync();
        Assert.Equal("azure.webpubsub.sys.connected", connected.Header("ce-type"));
        Assert.Equal("new", connected.Header("ce-userId"));
        Assert.Equal("c3RhdGU=", connected.Header("ce-connectionState"));
        Assert.True(Id(connect) < Id(connected));
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

    [Fact]
    [Feature("Event handlers", "Connection state")]
    public async Task The_state_set_by_an_event_is_told_with_all_later_ones_and_can_be_cleared()
    {
        _handler.Answer = (request, response) =>
        {
            if (request.Text == "1") response.Headers["ce-connectionState"] = "one";
            if (request.Text == "3") response.Headers["ce-connectionState"] = "";
            return Empty(response);
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync();

        var states = new List<string?>();
        for (var i = 1; i <= 4; i++)
        {
            await client.AskAsync($$"""{"type":"event","event":"e","data":{{i}},"ackId":{{i}}}""");
            states.Add((await _handler.NextAsync()).Header("ce-connectionState"));
        }

        Assert.Equal([null, "one", "one", null], states);
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
    [Feature("Event handlers", "Blocking connect: user, groups, roles, state")]
    public async Task An_answer_to_connect_that_is_none_fails_the_handshake(string body, string contentType)
    {
        _handler.Answer = (_, response) => WriteAsync(response, contentType, body);
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
        _handler.Answer = (_, response) => WriteAsync(response, "application/json", $$"""{"subprotocol":"{{choice}}"}""");
        await using var instance = await TestInstance.StartAsync(_handler.Config("connect"));
        var url = instance.ClientUrl(TestInstance.Sign(instance.Audience));
        const string offered = "custom.v1,custom.v2,json.webpubsub.azure.v1";

        Assert.Equal(status, (int)await TestClient.HandshakeStatusAsync(url, offered));
        if (status != 101) return;
        await using var client = await TestClient.ConnectAsync(url, offered);
        Assert.Equal(agreed, client.Socket.SubProtocol);
    }

    [Fact]
    [Feature("Event handlers", "A failed user event closes the connection", Support = FeatureSupport.Different, Note = "The service documents both an error ack and the close; here the ack comes first, then the close with 1011.")]
    public async Task A_handler_that_refuses_an_event_costs_an_error_ack_and_the_connection()
    {
        _handler.Answer = (_, response) =>
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config("disconnected"));
        await using var client = await instance.ConnectAsync();

        var ack = await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");
        var told = await client.ReceiveAsync();

        Assert.Equal("InternalServerError", ack["error"]!["name"]!.GetValue<string>());
        Assert.Equal("disconnected", told["event"]!.GetValue<string>());
        Assert.Equal(WebSocketCloseStatus.InternalServerError, (await client.ClosedAsync()).Status);
        Assert.Equal("e", (await _handler.NextAsync()).Event);
        Assert.Equal("disconnected", (await _handler.NextAsync()).Event);
    }

    [Fact]
    [Feature("Event handlers", "A user event without handler closes the connection")]
    public async Task An_event_that_no_handler_takes_closes_the_connection()
    {
        await using var instance = await TestInstance.StartAsync(_handler.Config(pattern: "known, other"));
        await using var client = await instance.ConnectAsync();
        await using var plain = await instance.ConnectAsync(subprotocol: null);

        Assert.True((await client.AskAsync("""{"type":"event","event":"other","data":1,"ackId":1}"""))["success"]!.GetValue<bool>());
        await client.SendAsync("""{"type":"event","event":"unknown","data":1}""");
        await plain.SendAsync("x");

        Assert.Equal(WebSocketCloseStatus.InternalServerError, (await client.ClosedAsync()).Status);
        Assert.Equal(WebSocketCloseStatus.InternalServerError, (await plain.ClosedAsync()).Status);
    }

    [Fact]
    [Feature("Clients", "Clients without subprotocol, sendEvent mode")]
    public async Task A_frame_of_a_plain_client_is_the_event_message_and_the_answer_is_bare()
    {
        _handler.Answer = (request, response) => WriteAsync(response, "text/plain", request.Text + "!");
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync("ada", subprotocol: null);

        await client.SendAsync("hello");

        Assert.Equal("hello!", await client.ReceiveTextAsync());
        var request = await _handler.NextAsync();
        Assert.Equal("azure.webpubsub.user.message", request.Header("ce-type"));
        Assert.Null(request.Header("ce-subprotocol"));
    }

    [Fact]
    [Feature("Event handlers", "First match wins, event patterns, {hub} and {event}")]
    public async Task The_first_entry_that_matches_takes_the_event()
    {
        var config = $$$"""
            {"WebPubSub":{"Hubs":{"_default":{"EventHandlers":[
              {"UrlTemplate":"{{{_handler.Endpoint}}}/first","EventPattern":"a,b"},
              {"UrlTemplate":"{{{_handler.Endpoint}}}/second","EventPattern":"*","SystemEvents":["connected"]}] } } } }
            """;
        await using var instance = await TestInstance.StartAsync(config);
        await using var client = await instance.ConnectAsync();

        Assert.Equal("/second", (await _handler.NextAsync()).Target);
        foreach (var (name, target) in new[] { ("b", "/first"), ("c", "/second") })
        {
            await client.SendAsync($$"""{"type":"event","event":"{{name}}","data":1}""");
            Assert.Equal(target, (await _handler.NextAsync()).Target);
        }
    }

    private static string Signature(string key, string connectionId) => "sha256=" + Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(connectionId)));

    private static long Id(HandlerRequest request) =>
        long.Parse(request.Header("ce-id")!, System.Globalization.CultureInfo.InvariantCulture);

    private static Task Empty(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task WriteAsync(HttpResponse response, string contentType, string body)
    {
        response.ContentType = contentType;
        return response.WriteAsync(body);
    }
}
