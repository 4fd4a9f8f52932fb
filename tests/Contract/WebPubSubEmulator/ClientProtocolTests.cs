using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>What clients may say in json.webpubsub.azure.v1 and without a subprotocol, and what comes back.</summary>
public sealed class ClientProtocolTests : IAsyncLifetime
{
    private static readonly string[] AllRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    [Feature("Clients", "Ping and pong")]
    public async Task Ping_is_answered_by_pong()
    {
        await using var client = await _instance.ConnectAsync();

        AssertJson("""{"type":"pong"}""", await client.AskAsync("""{"type":"ping"}"""));
    }

    [Fact]
    [Feature("Clients", "Join, leave and send to groups, with acks")]
    public async Task Join_send_and_leave_are_acknowledged_and_members_get_the_message()
    {
        await using var sender = await _instance.ConnectAsync("ada", AllRoles);
        await using var member = await _instance.ConnectAsync("bob", AllRoles);

        AssertJson(
            """{"type":"ack","ackId":7,"success":true}""",
            await member.AskAsync("""{"type":"joinGroup","group":"g1","ackId":7}"""));
        AssertJson(
            """{"type":"ack","ackId":18446744073709551615,"success":true}""",
            await sender.AskAsync(
                """{"type":"sendToGroup","group":"g1","dataType":"text","data":"héllo","ackId":18446744073709551615}"""));
        AssertJson(
            """{"type":"message","from":"group","group":"g1","fromUserId":"ada","dataType":"text","data":"héllo"}""",
            await member.ReceiveAsync());

        await member.AskAsync("""{"type":"leaveGroup","group":"g1","ackId":8}""");
        await sender.AskAsync("""{"type":"sendToGroup","group":"g1","dataType":"text","data":"gone","ackId":2}""");
        Assert.Empty(await member.DrainAsync());
    }

    [Fact]
    [Feature("Clients", "noEcho")]
    public async Task A_sender_in_the_group_hears_itself_unless_it_asks_not_to()
    {
        await using var client = await _instance.ConnectAsync("ada", AllRoles, ["g1"]);

        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":1}""");
        AssertJson(
            """{"type":"message","from":"group","group":"g1","fromUserId":"ada","dataType":"json","data":1}""",
            await client.ReceiveAsync());
        await client.SendAsync("""{"type":"SendToGroup","group":"g1","data":2,"dataType":"JSON","noEcho":true}""");
        Assert.Empty(await client.DrainAsync());
    }

    [Theory]
    [InlineData("json", """{"a":[1,"\u00e9",null]}""")]
    [InlineData("text", "\"line\\nbreak\"")]
    [InlineData("binary", "\"AAH/\"")]
    [InlineData("protobuf", "\"CgEB\"")]
    [Feature("Clients", "Data types json, text, binary and protobuf")]
    public async Task Every_data_type_arrives_as_it_was_sent(string dataType, string data)
    {
        await using var client = await _instance.ConnectAsync(null, AllRoles, ["g1"]);

        // The type stands after the data, which is as good JSON as before it.
        await client.SendAsync($$"""{"type":"sendToGroup","group":"g1","data":{{data}},"dataType":"{{dataType}}"}""");

        AssertJson(
            $$"""{"type":"message","from":"group","group":"g1","dataType":"{{dataType}}","data":{{data}}}""",
            await client.ReceiveAsync());
    }

    [Fact]
    [Feature("Clients", "Message metadata")]
    public async Task Metadata_travels_with_the_message()
    {
        await using var client = await _instance.ConnectAsync(null, AllRoles, ["g1"]);

        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":1,"metadata":{"trace":"a b"},"ttlSeconds":300}""");

        Assert.Equal("a b", (await client.ReceiveAsync())["metadata"]!["trace"]!.GetValue<string>());
    }

    [Fact]
    [Feature("Clients", "Duplicate for a repeated ackId", Support = FeatureSupport.Different, Note = "The last 1,000 ids of a connection that succeeded are remembered.")]
    public async Task A_repeated_ackId_is_a_duplicate_and_nothing_is_done_again()
    {
        await using var client = await _instance.ConnectAsync(null, AllRoles, ["g1"]);
        const string send = """{"type":"sendToGroup","group":"g1","data":1,"ackId":3,"noEcho":false}""";

        Assert.Equal("message", (await client.AskAsync(send))["type"]!.GetValue<string>());
        Assert.True((await client.ReceiveAsync())["success"]!.GetValue<bool>());
        var repeated = await client.AskAsync(send);

        Assert.Equal("Duplicate", repeated["error"]!["name"]!.GetValue<string>());
        Assert.False(repeated["success"]!.GetValue<bool>());
        Assert.Empty(await client.DrainAsync());
    }

    [Fact]
    [Feature("Clients", "Forbidden without the role")]
    public async Task Without_the_role_the_answer_is_Forbidden_and_without_ackId_nothing()
    {
        await using var client = await _instance.ConnectAsync("ada", [], ["g1"]);

        foreach (var type in new[] { "joinGroup", "leaveGroup", "sendToGroup" })
        {
            var refused = await client.AskAsync($$"""{"type":"{{type}}","group":"g1","data":1,"ackId":1}""");
            Assert.Equal("Forbidden", refused["error"]!["name"]!.GetValue<string>());
        }

        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":1}""");
        Assert.Empty(await client.DrainAsync());
    }

    [Theory]
    [InlineData("webpubsub.joinLeaveGroup.a.b", "a.b", true)]
    [InlineData("webpubsub.joinLeaveGroup.a.b", "a.c", false)]
    [InlineData("webpubsub.joinLeaveGroups.a.*", "a.c", true)]
    [InlineData("webpubsub.joinLeaveGroups.a.*", "a.c.d", false)]
    [InlineData("webpubsub.joinLeaveGroups.a.**", "a.c.d", true)]
    [InlineData("webpubsub.joinLeaveGroups.******", "a", false)]
    [InlineData("webpubsub.sendToGroup", "a.b", false)]
    [Feature("Clients", "General, per-group and wildcard roles")]
    public async Task A_role_may_name_one_group_or_a_pattern(string role, string group, bool allowed)
    {
        await using var client = await _instance.ConnectAsync("ada", [role]);

        var answer = await client.AskAsync($$"""{"type":"joinGroup","group":"{{group}}","ackId":1}""");

        Assert.Equal(allowed, answer["success"]!.GetValue<bool>());
    }

    [Fact]
    [Feature("Clients", "Clients without subprotocol, sendToGroup mode")]
    public async Task Plain_clients_exchange_bare_payloads_through_a_group()
    {
        await using var sender = await _instance.ConnectAsync(
            "ada", AllRoles, subprotocol: null, extra: "&webpubsub_mode=sendToGroup&group=g1&noEcho=true");
        await using var plain = await _instance.ConnectAsync("bob", null, ["g1"], subprotocol: null);
        await using var json = await _instance.ConnectAsync("eve", null, ["g1"]);

        await sender.SendAsync("hello");
        await sender.SendAsync([0, 1, 255], WebSocketMessageType.Binary);

        Assert.Equal("hello", await plain.ReceiveTextAsync());
        var (type, bytes) = await plain.ReceiveFrameAsync();
        Assert.Equal(WebSocketMessageType.Binary, type);
        Assert.Equal([0, 1, 255], bytes);
        AssertJson(
            """{"type":"message","from":"group","group":"g1","fromUserId":"ada","dataType":"text","data":"hello"}""",
            await json.ReceiveAsync());
        AssertJson(
            """{"type":"message","from":"group","group":"g1","fromUserId":"ada","dataType":"binary","data":"AAH/"}""",
            await json.ReceiveAsync());
    }

    [Fact]
    [Feature("Clients", "Clients without subprotocol, sendToGroup mode")]
    public async Task A_plain_client_without_the_right_to_send_is_closed_with_1008()
    {
        await using var client = await _instance.ConnectAsync(
            "ada", subprotocol: null, extra: "&webpubsub_mode=SendToGroup&group=g1");

        await client.SendAsync("hello");

        var (status, reason) = await client.ClosedAsync();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, status);
        Assert.Contains("g1", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_may_close_and_is_gone_from_its_groups()
    {
        await using var client = await _instance.ConnectAsync("ada", null, ["g1"]);

        await client.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);

        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Socket.CloseStatus);
        Assert.False(_instance.Host.Hubs.All.Single().Exists(new ServerlessGateway.WebPubSubEmulator.Hub.Target.User("ada")));
    }

    private static void AssertJson(string expected, JsonObject actual) => Assert.True(
        JsonNode.DeepEquals(JsonNode.Parse(Encoding.UTF8.GetBytes(expected)), actual), $"{expected} is not {actual.ToJsonString()}");
}
