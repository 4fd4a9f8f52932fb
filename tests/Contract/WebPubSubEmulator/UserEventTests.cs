using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>How user events reach a handler, what it may answer, and what the client gets of it.</summary>
public sealed class UserEventTests : IAsyncLifetime
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
        Assert.Equal("text/plain", request.Header("Content-Type"));
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
    [InlineData("json", """{"a":1}""", "application/json", """{"a":1}""")]
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
        _handler.Answer = (_, response) => TestHandler.WriteAsync(response, contentType, answer);
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
        // Whoever comes first makes the gate: a request is told of before the handler answers it.
        TaskCompletionSource Gate(string text) => gates.GetOrAdd(text, _ => new TaskCompletionSource());
        _handler.Answer = (request, _) => Gate(request.Text).Task;
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

        var ids = new List<long> { inFlight.Single(request => request.Text == "1").Id };
        for (var i = 1; i <= 3; i++)
        {
            Gate($"{i}").SetResult();
            Assert.Equal(i, (await client.ReceiveAsync())["ackId"]!.GetValue<int>());
            if (i == 3) break;
            var next = await _handler.NextAsync();
            Assert.Equal($"{i + 1}", next.Text);
            ids.Add(next.Id);
        }

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(3, ids.Distinct().Count());
        Gate("9").SetResult();
    }

    [Fact]
    [Feature("Event handlers", "Connection state")]
    public async Task The_state_set_by_an_event_is_told_with_all_later_ones_and_can_be_cleared()
    {
        _handler.Answer = (request, response) =>
        {
            if (request.Text == "1") response.Headers["ce-connectionState"] = "one";
            if (request.Text == "3") response.Headers["ce-connectionState"] = "";
            return TestHandler.Empty(response);
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

    [Theory]
    [InlineData(null, "hi", """{"type":"message","from":"server","dataType":"binary","data":"aGk="}""")]
    [InlineData("application/x-protobuf", "hi", """{"type":"message","from":"server","dataType":"protobuf","data":"aGk="}""")]
    [InlineData("text/html", "hi", """{"type":"ack","ackId":1,"success":false""")]
    [InlineData("application/json", "{", """{"type":"ack","ackId":1,"success":false""")]
    [InlineData("text/html", "", """{"type":"ack","ackId":1,"success":true}""")]
    [Feature("Event handlers", "The answer to the sender, before the ack")]
    public async Task An_answer_without_type_is_bytes_and_one_of_another_type_fails_the_event(
        string? contentType, string answer, string expected)
    {
        _handler.Answer = (_, response) =>
        {
            response.ContentType = contentType;
            return response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer)).AsTask();
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync();

        var first = await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");

        Assert.StartsWith(expected, first.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-16", "680069002100", """{"type":"message","from":"server","dataType":"text","data":"hi!"}""")]
    [InlineData("text/plain; charset=\"ISO-8859-1\"", "68E9", """{"type":"message","from":"server","dataType":"text","data":"hé"}""")]
    [InlineData("application/json; charset=utf-16", "5B0031005D00", """{"type":"message","from":"server","dataType":"json","data":[1]}""")]
    [InlineData("text/plain; charset=utf-8", "68C3A9", """{"type":"message","from":"server","dataType":"text","data":"hé"}""")]
    [InlineData("application/json", "22FF22", """{"type":"ack","ackId":1,"success":false""")]
    [InlineData("text/plain; charset=none", "68", """{"type":"ack","ackId":1,"success":false""")]
    [InlineData("text/plain; charset=utf-7", "68", """{"type":"ack","ackId":1,"success":false""")]
    [Feature("Event handlers", "The answer to the sender, before the ack")]
    public async Task An_answer_in_another_encoding_goes_on_in_UTF_8(string contentType, string hex, string expected)
    {
        _handler.Answer = (_, response) =>
        {
            response.ContentType = contentType;
            return response.Body.WriteAsync(Convert.FromHexString(hex)).AsTask();
        };
        await using var instance = await TestInstance.StartAsync(_handler.Config());
        await using var client = await instance.ConnectAsync();

        await client.SendAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");

        Assert.StartsWith(expected, await client.ReceiveTextAsync(), StringComparison.Ordinal);
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
        _handler.Answer = (request, response) => TestHandler.WriteAsync(response, "text/plain", request.Text + "!");
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
}
