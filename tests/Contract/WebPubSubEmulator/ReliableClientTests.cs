using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>
/// json.reliable.webpubsub.azure.v1 over real sockets: numbered messages, and a connection that outlives its socket. The
/// clock stands still unless a test moves it, so no recovery window ends by itself.
/// </summary>
public sealed class ReliableClientTests : IAsyncLifetime
{
    private static readonly string[] AllRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestInstance _instance = null!;
    private TestHandler _handler = null!;

    public async Task InitializeAsync()
    {
        _handler = await TestHandler.StartAsync();
        _instance = await TestInstance.StartAsync(
            _handler.Config("disconnected"),
            options => options with
            {
                Time = _time,
                Limits = options.Limits with { MaxUnacknowledgedMessages = 5 },
            });
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _handler.DisposeAsync();
    }

    [Fact]
    [Feature("Reliable clients", "json.reliable.webpubsub.azure.v1")]
    public async Task Messages_are_numbered_from_1_and_acks_and_system_messages_are_not()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":{"n":1},"ackId":1}""");
        var first = await client.ReceiveAsync();
        var ack = await client.ReceiveAsync();
        await _instance.AcceptedAsync("/users/ada/:send", "second");
        var second = await client.ReceiveAsync();

        Assert.Equal(
            """{"sequenceId":1,"type":"message","from":"group","group":"g1","fromUserId":"ada","dataType":"json","data":{"n":1}}""",
            first.ToJsonString());
        Assert.Equal("""{"type":"ack","ackId":1,"success":true}""", ack.ToJsonString());
        Assert.Equal(
            """{"sequenceId":2,"type":"message","from":"server","dataType":"text","data":"second"}""",
            second.ToJsonString());
        Assert.NotEqual("", client.ReconnectionToken);
    }

    [Fact]
    [Feature("Reliable clients", "Recovery: groups are kept, unacknowledged messages come again, in order")]
    public async Task A_lost_socket_is_recovered_with_everything_that_was_not_acknowledged()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await _instance.AcceptedAsync("/groups/g1/:send", "acknowledged");
        await _instance.AcceptedAsync("/groups/g1/:send", "received");
        await client.ReceiveAsync();
        await client.ReceiveAsync();
        await client.SendAsync("""{"type":"sequenceAck","sequenceId":1}""");
        Assert.Empty(await client.DrainAsync());
        await LoseSocketAsync(client);
        await _instance.AcceptedAsync("/groups/g1/:send", "away");

        await using var back = await RecoverAsync(client);
        await _instance.AcceptedAsync("/groups/g1/:send", "back");

        Assert.Equal(client.ConnectionId, back.ConnectionId);
        Assert.Equal(
            [(2UL, "received"), (3UL, "away"), (4UL, "back")],
            await MessagesAsync(back, 3));
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "REST sees an offline connection: existence, groups, permissions, close")]
    public async Task An_offline_connection_is_there_for_REST_and_can_be_closed()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await LoseSocketAsync(client);
        var connection = $"/connections/{client.ConnectionId}";
        var permission = $"/permissions/joinLeaveGroup{connection}?targetName=g9";

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, connection));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Equal(["ada"], await _instance.MembersAsync("/groups/g1/connections"));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, permission));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, permission));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, $"/groups/g2{connection}"));
        Assert.Equal(["g1", "g2"], await _instance.GroupsAsync("g1", "g2"));

        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, $"{connection}?reason=enough"));

        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, connection));
        Assert.Contains("enough", (await _handler.NextAsync()).Text, StringComparison.Ordinal);
        await AssertNotRecoverableAsync(client);
    }

    [Fact]
    [Feature("Reliable clients", "disconnected is raised when the recovery window ends")]
    public async Task The_end_of_the_window_ends_the_connection_and_only_then_is_disconnected_raised()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await LoseSocketAsync(client);

        _time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Empty(_handler.Requests);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        await _handler.NextAsync();
        await AssertNotRecoverableAsync(client);
    }

    [Fact]
    [Feature("Reliable clients", "A half-dead socket is taken over")]
    public async Task A_client_that_comes_back_wins_over_its_own_old_socket()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await _instance.AcceptedAsync("/groups/g1/:send", "unread");

        await using var back = await RecoverAsync(client);
        await _instance.AcceptedAsync("/groups/g1/:send", "after");

        Assert.Equal([(1UL, "unread"), (2UL, "after")], await MessagesAsync(back, 2));
        await client.BrokenAsync();
        // The loss of the old socket is not that of the connection.
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(await back.DrainAsync());
        Assert.Empty(_handler.Requests);
    }

    [Fact]
    [Feature("Reliable clients", "1,000 messages or 16 MB unacknowledged close with 1008, for good")]
    public async Task Too_much_unacknowledged_closes_with_1008_and_cannot_be_recovered()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        for (var i = 1; i <= 6; i++) await _instance.AcceptedAsync("/groups/g1/:send", $"{i}");

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await client.ClosedAsync()).Status);
        await _handler.NextAsync();
        await AssertNotRecoverableAsync(client);
    }

    [Fact]
    [Feature("Reliable clients", "1,000 messages or 16 MB unacknowledged close with 1008, for good")]
    public async Task The_bounds_of_the_buffer_are_those_of_the_service()
    {
        var limits = new HubLimits();
        await using var instance = await TestInstance.StartAsync();
        await using var client = await instance.ConnectAsync("ada", AllRoles, ["g1"], TestClient.ReliableJson);

        for (var i = 0; i < limits.MaxUnacknowledgedMessages; i++)
        {
            await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":1}""");
            await client.ReceiveAsync();
        }

        Assert.Empty(await client.DrainAsync());
        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":1}""");
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await client.ClosedAsync()).Status);
        Assert.Equal((1000, 16 * 1024 * 1024), (limits.MaxUnacknowledgedMessages, limits.MaxUnacknowledgedBytes));
        Assert.Equal(TimeSpan.FromSeconds(30), limits.RecoveryWindow);
    }

    [Fact]
    [Feature("Reliable clients", "Recovery that cannot be is accepted and closed with 1008")]
    public async Task A_recovery_with_anything_wrong_is_accepted_and_closed_with_1008()
    {
        await using var client = await ConnectAsync("ada");
        await using var other = await ConnectAsync("bob");
        await using var plain = await _instance.ConnectAsync("eve");
        var accessToken = TestInstance.Sign(_instance.Audience);

        await AssertRefusedAsync(client.ConnectionId, other.ReconnectionToken);
        await AssertRefusedAsync(client.ConnectionId, accessToken);
        await AssertRefusedAsync(client.ConnectionId, "nonsense");
        await AssertRefusedAsync(client.ConnectionId, "");
        await AssertRefusedAsync("unknown", client.ReconnectionToken);
        await AssertRefusedAsync(plain.ConnectionId, client.ReconnectionToken);
        await AssertRefusedAsync(client.ConnectionId, client.ReconnectionToken, "/client/hubs/other");
        await AssertRefusedAsync(client.ConnectionId, client.ReconnectionToken, subprotocol: TestClient.ReliableProtobuf);
        await AssertRefusedAsync(client.ConnectionId, client.ReconnectionToken, subprotocol: TestClient.Json);

        // None of them took the connection from its client.
        Assert.Empty(await client.DrainAsync());
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await TestClient.HandshakeStatusAsync(_instance.ClientUrl(client.ReconnectionToken)));
    }

    [Fact]
    [Feature("Handshake", "Recovery URLs, both forms, with or without the access token")]
    public async Task Both_forms_of_the_URL_recover_also_with_the_old_access_token_in_it()
    {
        await using var client = await ConnectAsync("ada");
        var query = $"&awps_connection_id={client.ConnectionId}&awps_reconnection_token={client.ReconnectionToken}";

        await using var first = await TestClient.ConnectAsync(
            _instance.ClientUrl(path: "/client/?hub=chat", extra: query), TestClient.ReliableJson);
        await using var second = await TestClient.ConnectAsync(
            _instance.ClientUrl("expired", path: "/client/hubs/CHAT", extra: query), TestClient.ReliableJson);

        Assert.Equal(client.ConnectionId, first.ConnectionId);
        Assert.Equal(client.ConnectionId, second.ConnectionId);
        Assert.Empty(await second.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "Recovery that is refused for a while can be tried again")]
    public async Task A_recovery_that_a_fault_refuses_costs_nothing_but_time()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await LoseSocketAsync(client);
        await _instance.PutFaultAsync("""{"kind":"refuseHandshake","target":{"user":"ada"},"count":1}""");
        var url = RecoveryUrl(client.ConnectionId, client.ReconnectionToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await TestClient.HandshakeStatusAsync(url, TestClient.ReliableJson));
        await using var back = await RecoverAsync(client);

        Assert.Empty(await back.DrainAsync());
    }

    [Theory]
    [InlineData(WebSocketCloseStatus.NormalClosure, false)]
    [InlineData((WebSocketCloseStatus)4000, true)]
    [InlineData(WebSocketCloseStatus.EndpointUnavailable, true)]
    [Feature("Reliable clients", "A close with 1000 or without status ends the connection, any other can be recovered")]
    public async Task Only_a_normal_close_ends_the_connection(WebSocketCloseStatus status, bool recoverable)
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        await client.Socket.CloseAsync(status, null, CancellationToken.None);

        Assert.Equal(
            recoverable ? HttpStatusCode.OK : HttpStatusCode.NotFound,
            await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        if (!recoverable)
        {
            await AssertNotRecoverableAsync(client);
            return;
        }

        await using var back = await RecoverAsync(client);
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "ackIds and rights live as long as the connection")]
    public async Task A_request_repeated_after_recovery_is_a_duplicate()
    {
        await using var client = await ConnectAsync("ada");
        const string join = """{"type":"joinGroup","group":"g1","ackId":1}""";
        await client.AskAsync(join);
        await LoseSocketAsync(client);

        await using var back = await RecoverAsync(client);

        Assert.Equal("Duplicate", (await back.AskAsync(join))["error"]!["name"]!.GetValue<string>());
        Assert.True((await back.AskAsync("""{"type":"joinGroup","group":"g2","ackId":2}"""))["success"]!.GetValue<bool>());
    }

    [Fact]
    [Feature("Clients", "ttlSeconds, and messageTtlSeconds of REST")]
    public async Task A_message_whose_time_is_over_is_not_sent_again()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await using var sender = await ConnectAsync("bob");
        await LoseSocketAsync(client);
        foreach (var (data, ttl) in new[] { ("short", 5), ("long", 20), ("ever", 0) })
        {
            await sender.AskAsync(
                $$"""{"type":"sendToGroup","group":"g1","dataType":"text","data":"{{data}}","ttlSeconds":{{ttl}},"ackId":{{ttl}}}""");
        }

        await _instance.AcceptedAsync("/groups/g1/:send?messageTtlSeconds=5", "rest");
        _time.Advance(TimeSpan.FromSeconds(5));

        await using var back = await RecoverAsync(client);

        Assert.Equal([(2UL, "long"), (3UL, "ever")], await MessagesAsync(back, 2));
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "A fault that cuts the socket leaves the connection recoverable")]
    public async Task A_cut_on_command_is_the_loss_of_the_socket_only()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        var (_, first) = await _instance.PutFaultAsync("""{"kind":"dropConnection","target":{"user":"ada"}}""");
        var (_, second) = await _instance.PutFaultAsync("""{"kind":"dropConnection","target":{"user":"ada"}}""");
        await client.BrokenAsync();
        await using var back = await RecoverAsync(client);

        Assert.Equal((1, 0), (first, second));
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "An event in flight stays the only one when the client repeats it on another socket")]
    public async Task An_event_in_flight_is_not_raised_again_by_a_client_that_comes_back()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handler.Answer = async (_, response) =>
        {
            await gate.Task;
            await TestHandler.WriteAsync(response, "text/plain", "answer");
        };
        const string raise = """{"type":"event","event":"e","dataType":"text","data":"x","ackId":1}""";
        await using var client = await ConnectAsync("ada");
        await client.SendAsync(raise);
        await _handler.NextAsync();
        await LoseSocketAsync(client);
        await using var back = await RecoverAsync(client);
        await back.SendAsync(raise);
        Assert.Empty(await back.DrainAsync());

        gate.SetResult();

        Assert.Equal([(1UL, "answer")], await MessagesAsync(back, 1));
        // The first request is acknowledged on the new socket, and its repetition found to be one.
        Assert.True((await back.ReceiveAsync())["success"]!.GetValue<bool>());
        Assert.Equal("Duplicate", (await back.ReceiveAsync())["error"]!["name"]!.GetValue<string>());
        Assert.Single(_handler.Requests, request => request.Event == "e");
    }

    [Fact]
    [Feature("Reliable clients", "What was asked before the loss of the socket is done, and its answer kept")]
    public async Task The_answer_to_an_event_waits_for_the_client_to_come_back()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handler.Answer = async (request, response) =>
        {
            if (request.Event == "e") await gate.Task;
            await TestHandler.WriteAsync(response, "text/plain", "answer");
        };
        await using var client = await ConnectAsync("ada");
        await client.SendAsync("""{"type":"event","event":"e","dataType":"text","data":"x"}""");
        await client.SendAsync("""{"type":"event","event":"behind","dataType":"text","data":"x"}""");
        await _handler.NextAsync();
        Assert.Empty(await client.DrainAsync());
        await LoseSocketAsync(client);

        gate.SetResult();
        Assert.Equal("behind", (await _handler.NextAsync()).Event);
        await using var back = await RecoverAsync(client);

        Assert.Equal([(1UL, "answer"), (2UL, "answer")], await MessagesAsync(back, 2));
    }

    [Fact]
    public async Task A_sequence_ack_that_is_none_closes_the_connection()
    {
        await using var client = await ConnectAsync("ada");

        await client.SendAsync("""{"type":"sequenceAck","sequenceId":-1}""");

        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, (await client.ClosedAsync()).Status);
    }

    private static async Task<List<(ulong, string)>> MessagesAsync(TestClient client, int count)
    {
        var messages = new List<(ulong, string)>();
        while (messages.Count < count)
        {
            JsonObject message = await client.ReceiveAsync();
            messages.Add((message["sequenceId"]!.GetValue<ulong>(), message["data"]!.GetValue<string>()));
        }

        return messages;
    }

    private Task<TestClient> ConnectAsync(string userId, string[]? groups = null) =>
        _instance.ConnectAsync(userId, AllRoles, groups, TestClient.ReliableJson);

    // The client hangs up without a close frame; the cut is over when the service has seen it.
    private async Task LoseSocketAsync(TestClient client)
    {
        var connection = _instance.Host.Hubs.All.Single(hub => hub.Name.Value == TestInstance.Hub).Find(client.ConnectionId)!;
        await _instance.PutFaultAsync(
            $$$"""{"kind":"dropConnection","target":{"connection":"{{{client.ConnectionId}}}"}}""");
        await client.BrokenAsync();
        Assert.False(connection.IsOnline);
    }

    private string RecoveryUrl(string connectionId, string token, string path = "/client/hubs/chat") => _instance.ClientUrl(
        path: path, extra: $"?awps_connection_id={connectionId}&awps_reconnection_token={token}");

    private Task<TestClient> RecoverAsync(TestClient client) => TestClient.ConnectAsync(
        RecoveryUrl(client.ConnectionId, client.ReconnectionToken), TestClient.ReliableJson);

    private Task AssertNotRecoverableAsync(TestClient client) =>
        AssertRefusedAsync(client.ConnectionId, client.ReconnectionToken);

    private async Task AssertRefusedAsync(
        string connectionId, string token, string path = "/client/hubs/chat", string subprotocol = TestClient.ReliableJson)
    {
        await using var refused = await TestClient.OpenAsync(RecoveryUrl(connectionId, token, path), subprotocol);

        Assert.Equal(subprotocol, refused.Socket.SubProtocol);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await refused.ClosedAsync()).Status);
    }
}
