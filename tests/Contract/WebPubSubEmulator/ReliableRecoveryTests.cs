using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>A reliable connection outlives its socket: for whom, for how long, and with what.</summary>
public sealed class ReliableRecoveryTests : ReliableFixture
{
    [Fact]
    [Feature("Reliable clients", "Recovery: groups are kept, unacknowledged messages come again, in order")]
    public async Task A_lost_socket_is_recovered_with_everything_that_was_not_acknowledged()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await Instance.AcceptedAsync("/groups/g1/:send", "acknowledged");
        await Instance.AcceptedAsync("/groups/g1/:send", "received");
        await client.ReceiveAsync();
        await client.ReceiveAsync();
        await client.SendAsync("""{"type":"sequenceAck","sequenceId":1}""");
        Assert.Empty(await client.DrainAsync());
        await LoseSocketAsync(client);
        await Instance.AcceptedAsync("/groups/g1/:send", "away");

        await using var back = await RecoverAsync(client);
        await Instance.AcceptedAsync("/groups/g1/:send", "back");

        Assert.Equal(client.ConnectionId, back.ConnectionId);
        Assert.Equal(
            [(2UL, "received"), (3UL, "away"), (4UL, "back")],
            await MessagesAsync(back, 3));
        Assert.Empty(await back.DrainAsync());
        var meter = JsonNode.Parse(await Instance.GetAsync("/meter"))!;
        Assert.Equal((1, 1, 1), (Count("connections"), Count("connectionsOpened"), Count("connectionsRecovered")));

        int Count(string name) => meter[name]!.GetValue<int>();
    }

    [Fact]
    [Feature("Reliable clients", "REST sees an offline connection: existence, groups, permissions, close")]
    public async Task An_offline_connection_is_there_for_REST_and_can_be_closed()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await LoseSocketAsync(client);
        var connection = $"/connections/{client.ConnectionId}";
        var permission = $"/permissions/joinLeaveGroup{connection}?targetName=g9";

        Assert.Equal(HttpStatusCode.OK, await Instance.StatusAsync(HttpMethod.Head, connection));
        Assert.Equal(HttpStatusCode.OK, await Instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Equal(["ada"], await Instance.MembersAsync("/groups/g1/connections"));
        Assert.Equal(HttpStatusCode.OK, await Instance.StatusAsync(HttpMethod.Put, permission));
        Assert.Equal(HttpStatusCode.OK, await Instance.StatusAsync(HttpMethod.Head, permission));
        Assert.Equal(HttpStatusCode.OK, await Instance.StatusAsync(HttpMethod.Put, $"/groups/g2{connection}"));
        Assert.Equal(["g1", "g2"], await Instance.GroupsAsync("g1", "g2"));

        Assert.Equal(HttpStatusCode.NoContent, await Instance.StatusAsync(HttpMethod.Delete, $"{connection}?reason=enough"));

        Assert.Equal(HttpStatusCode.NotFound, await Instance.StatusAsync(HttpMethod.Head, connection));
        Assert.Contains("enough", (await Handler.NextAsync()).Text, StringComparison.Ordinal);
        await AssertNotRecoverableAsync(client);
    }

    [Fact]
    [Feature("Reliable clients", "disconnected is raised when the recovery window ends")]
    public async Task The_end_of_the_window_ends_the_connection_and_only_then_is_disconnected_raised()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await LoseSocketAsync(client);

        Time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(HttpStatusCode.OK, await Instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Empty(Handler.Requests);
        Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(HttpStatusCode.NotFound, await Instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        await Handler.NextAsync();
        await AssertNotRecoverableAsync(client);
    }

    [Fact]
    [Feature("Reliable clients", "A half-dead socket is taken over")]
    public async Task A_client_that_comes_back_wins_over_its_own_old_socket()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await Instance.AcceptedAsync("/groups/g1/:send", "unread");

        await using var back = await RecoverAsync(client);
        await Instance.AcceptedAsync("/groups/g1/:send", "after");

        Assert.Equal([(1UL, "unread"), (2UL, "after")], await MessagesAsync(back, 2));
        await client.BrokenAsync();
        // The loss of the old socket is not that of the connection.
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(await back.DrainAsync());
        Assert.Empty(Handler.Requests);
    }

    [Fact]
    [Feature("Reliable clients", "A half-dead socket is taken over")]
    public async Task A_socket_that_is_stuck_in_the_middle_of_a_message_is_cut_and_all_of_it_comes_again()
    {
        const int count = 14;
        await using var instance = await TestInstance.StartAsync();
        await using var client = await instance.ConnectAsync("ada", null, ["g1"], TestClient.ReliableJson);
        var text = new string('x', 1000 * 1000);
        for (var i = 0; i < count; i++) await instance.AcceptedAsync("/groups/g1/:send", text);

        await using var back = await TestClient.ConnectAsync(
            instance.ClientUrl(extra: $"?awps_connection_id={client.ConnectionId}&awps_reconnection_token={client.ReconnectionToken}"),
            TestClient.ReliableJson);

        var messages = await MessagesAsync(back, count);
        Assert.Equal(Enumerable.Range(1, count).Select(id => (ulong)id), messages.Select(message => message.Id));
        Assert.All(messages, message => Assert.Equal(text.Length, message.Data.Length));
        await client.BrokenAsync();
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "Recovery that cannot be is accepted and closed with 1008")]
    public async Task A_recovery_with_anything_wrong_is_accepted_and_closed_with_1008()
    {
        await using var client = await ConnectAsync("ada");
        await using var other = await ConnectAsync("bob");
        await using var plain = await Instance.ConnectAsync("eve");
        var accessToken = TestInstance.Sign(Instance.Audience);

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
            await TestClient.HandshakeStatusAsync(Instance.ClientUrl(client.ReconnectionToken)));
    }

    [Fact]
    [Feature("Handshake", "Recovery URLs, both forms, with or without the access token")]
    public async Task Both_forms_of_the_URL_recover_also_with_the_old_access_token_in_it()
    {
        await using var client = await ConnectAsync("ada");
        var query = $"&awps_connection_id={client.ConnectionId}&awps_reconnection_token={client.ReconnectionToken}";

        await using var first = await TestClient.ConnectAsync(
            Instance.ClientUrl(path: "/client/?hub=chat", extra: query), TestClient.ReliableJson);
        await using var second = await TestClient.ConnectAsync(
            Instance.ClientUrl("expired", path: "/client/hubs/CHAT", extra: query), TestClient.ReliableJson);

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
        await Instance.PutFaultAsync("""{"kind":"refuseHandshake","target":{"user":"ada"},"count":1}""");
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
            await Instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        if (!recoverable)
        {
            await AssertNotRecoverableAsync(client);
            return;
        }

        await using var back = await RecoverAsync(client);
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "A fault that cuts the socket leaves the connection recoverable")]
    public async Task A_cut_on_command_is_the_loss_of_the_socket_only()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        var (_, first) = await Instance.PutFaultAsync("""{"kind":"dropConnection","target":{"user":"ada"}}""");
        var (_, second) = await Instance.PutFaultAsync("""{"kind":"dropConnection","target":{"user":"ada"}}""");
        await client.BrokenAsync();
        await using var back = await RecoverAsync(client);

        Assert.Equal((1, 0), (first, second));
        Assert.Empty(await back.DrainAsync());
    }
}
