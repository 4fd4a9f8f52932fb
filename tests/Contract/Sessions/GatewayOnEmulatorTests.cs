using System.Net;
using System.Text.Json.Nodes;
using ServerlessGateway.Contract.Tests.WebPubSubEmulator;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Contract.Tests.Sessions;

public sealed class GatewayOnEmulatorTests
{
    [Fact]
    public async Task A_client_negotiates_connects_subscribes_and_hears_the_channel()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        await using var client = await gateway.ConnectAsync("ünal");

        var answer = await AskAsync(client, 1, """{"type":"subscribe","id":1,"channels":[{"channel":"orders:1"}]}""");
        Assert.Equal("started", answer["channels"]![0]!["outcome"]!.GetValue<string>());
        await gateway.SendAsync("orders:1", """{"type":"messages"}""");

        var frame = await client.ReceiveAsync();
        Assert.Equal(("group", "orders:1"), (frame["from"]!.GetValue<string>(), frame["group"]!.GetValue<string>()));
        Assert.Equal("""{"type":"messages"}""", frame["data"]!.ToJsonString());
    }

    [Fact]
    public async Task N2_a_session_that_comes_back_hears_its_channels_before_it_has_asked_for_anything()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        var first = (await gateway.NegotiateAsync("alice")).Answer!;
        await using (var client = await TestClient.ConnectAsync(first.Url))
        {
            await AskAsync(client, 1, """{"type":"subscribe","id":1,"channels":[{"channel":"a"},{"channel":"b"}]}""");
        }

        await using var again = await gateway.ConnectAsync("alice", first.Session);
        await gateway.SendAsync("b", "1");
        Assert.Equal("b", (await again.ReceiveAsync())["group"]!.GetValue<string>());

        // The state that connect gave has made its way through the service and back: nothing has to be joined.
        var adds = gateway.Groups.Adds;
        await AskAsync(again, 1, """{"type":"resume","id":1,"channels":[{"channel":"a"},{"channel":"b"}]}""");
        Assert.Equal(adds, gateway.Groups.Adds);
        await AskAsync(again, 2, """{"type":"resume","id":2,"channels":[{"channel":"a"},{"channel":"c"},{"channel":"d"}]}""");
        Assert.Equal(adds + 1, gateway.Groups.Adds);

        await gateway.SendAsync("b", "2");
        await gateway.SendAsync("c", "3");
        await gateway.SendAsync("d", "4");
        Assert.Equal(["c", "d"], [(await again.ReceiveAsync())["group"]!.GetValue<string>(), (await again.ReceiveAsync())["group"]!.GetValue<string>()]);
    }

    [Fact]
    public async Task R4_a_resume_after_an_unsubscribe_joins_again_since_the_state_was_changed_on_the_way()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        var session = (await gateway.NegotiateAsync("alice")).Answer!.Session;
        await using (var client = await gateway.ConnectAsync("alice", session))
        {
            await AskAsync(client, 1, """{"type":"subscribe","id":1,"channels":[{"channel":"a"}]}""");
        }

        await using var again = await gateway.ConnectAsync("alice", session);
        await AskAsync(again, 1, """{"type":"unsubscribe","id":1,"channels":["a"]}""");
        await gateway.SendAsync("a", "1");
        Assert.Empty(await again.DrainAsync());

        await AskAsync(again, 2, """{"type":"resume","id":2,"channels":[{"channel":"a"}]}""");
        await gateway.SendAsync("a", "2");
        Assert.Equal("2", (await again.ReceiveAsync())["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Publishing_answers_item_by_item_and_what_is_wrong_leaves_the_connection_open()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        await using var client = await gateway.ConnectAsync("alice", capabilities: """{"a":["publish"]}""");

        var answer = await AskAsync(client, 1, """
            {"type":"publish","id":1,"publisher":"0123456789abcdef0123456789abcdef","items":[
            {"channel":"a","number":1,"data":{"x":"é"}},{"channel":"b","number":2,"data":1}]}
            """);
        Assert.Equal(["accepted", "refused"], answer["items"]!.AsArray().Select(item => item!["status"]!.GetValue<string>()));

        Assert.Equal(ErrorCodes.UnknownRequest.Code, (await AskAsync(client, 2, """{"type":"steal","id":2}"""))["code"]!.GetValue<int>());
        Assert.Equal(ErrorCodes.UnknownRequest.Code, (await AskAsync(client, 3, "1", "another"))["code"]!.GetValue<int>());
        Assert.Equal(ErrorCodes.RightMissing.Code, (await AskAsync(
            client, 4, """{"type":"subscribe","id":4,"channels":[{"channel":"a"}]}"""))["channels"]![0]!["error"]!["code"]!.GetValue<int>());
        var tooLarge = $$"""{"type":"check","id":5,"channels":["{{new string('a', 600_000)}}"]}""";
        Assert.Equal(ErrorCodes.RequestTooLarge.Code, (await AskAsync(client, 5, tooLarge))["code"]!.GetValue<int>());
        Assert.Empty(await client.DrainAsync());
    }

    [Fact]
    public async Task Connects_that_do_not_hold_are_refused_with_the_status_of_their_code()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        var alice = (await gateway.NegotiateAsync("alice")).Answer!;
        var mallory = (await gateway.NegotiateAsync("mallory")).Answer!;

        Assert.Equal(ErrorCodes.SessionForeign.Code, (await gateway.NegotiateAsync("mallory", alice.Session)).Code);
        Assert.Equal(HttpStatusCode.Forbidden, await TestClient.HandshakeStatusAsync(mallory.Url.Replace(mallory.Session, alice.Session, StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, await TestClient.HandshakeStatusAsync(alice.Url.Replace(alice.Session, "none", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, await TestClient.HandshakeStatusAsync(alice.Url, subprotocol: null));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(alice.Url));
    }

    [Fact]
    public async Task The_longest_capabilities_there_may_be_travel_with_every_callback()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        // As many patterns as just fit; found from above, so that one more would not.
        var count = Enumerable.Range(1, 150).Reverse().First(candidate => Fits(gateway, candidate));
        await using var client = await gateway.ConnectAsync("alice", capabilities: Capabilities(count));

        var answer = await AskAsync(client, 1, $$"""{"type":"subscribe","id":1,"channels":[{"channel":"some:longer:pattern:{{count - 1}}:x"}]}""");

        Assert.InRange(count, 30, 149);
        Assert.Equal("started", answer["channels"]![0]!["outcome"]!.GetValue<string>());
    }

    [Fact]
    public async Task N4_a_connection_that_ends_is_taken_back_and_a_newer_one_is_not()
    {
        await using var gateway = await EmulatedGateway.StartAsync();
        var negotiated = (await gateway.NegotiateAsync("alice")).Answer!;
        Assert.True(SessionId.TryParse(negotiated.Session, out var id));
        var old = await TestClient.ConnectAsync(negotiated.Url);
        await using var newer = await gateway.ConnectAsync("alice", negotiated.Session);
        await old.DisposeAsync();

        // The event of the old connection may come at any time; what it could do wrong is seen after the newer one has
        // done something.
        await AskAsync(newer, 1, """{"type":"resume","id":1,"channels":[{"channel":"a"}]}""");

        Assert.Equal(newer.ConnectionId, gateway.Store[id]!.Connection!.ConnectionId);
        Assert.Equal(2, gateway.Store[id]!.ConnectionNumber);
    }

    private static bool Fits(EmulatedGateway gateway, int count) =>
        gateway.NegotiateAsync("alice", capabilities: Capabilities(count)).GetAwaiter().GetResult().Code == 0;

    private static string Capabilities(int count) =>
        $"{{{string.Join(',', Enumerable.Range(0, count).Select(at => $"\"some:longer:pattern:{at}:*\":[\"subscribe\",\"publish\"]"))}}}";

    /// <summary>Sends a request and returns its answer; the ack must come after it.</summary>
    private static async Task<JsonNode> AskAsync(TestClient client, int ackId, string data, string eventName = "gateway")
    {
        await client.SendAsync($$"""{"type":"event","event":"{{eventName}}","ackId":{{ackId}},"dataType":"json","data":{{data}}}""");
        var answer = await client.ReceiveAsync();
        Assert.Equal(("message", "server", "json"), (
            answer["type"]!.GetValue<string>(), answer["from"]!.GetValue<string>(), answer["dataType"]!.GetValue<string>()));
        var ack = await client.ReceiveAsync();
        Assert.Equal(("ack", ackId, true), (ack["type"]!.GetValue<string>(), ack["ackId"]!.GetValue<int>(), ack["success"]!.GetValue<bool>()));
        return answer["data"]!;
    }
}
