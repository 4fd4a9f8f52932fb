using System.Net;
using System.Net.WebSockets;
using ServerlessGateway.Tests.Support;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>json.reliable.webpubsub.azure.v1 over real sockets: numbered messages, and how many may wait.</summary>
public sealed class ReliableClientTests : ReliableFixture
{
    [Fact]
    [Feature("Reliable clients", "json.reliable.webpubsub.azure.v1")]
    public async Task Messages_are_numbered_from_1_and_acks_and_system_messages_are_not()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        await client.SendAsync("""{"type":"sendToGroup","group":"g1","data":{"n":1},"ackId":1}""");
        var first = await client.ReceiveAsync();
        var ack = await client.ReceiveAsync();
        await Instance.AcceptedAsync("/users/ada/:send", "second");
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
    [Feature("Reliable clients", "1,000 messages or 16 MB unacknowledged close with 1008, for good")]
    public async Task Too_many_bytes_unacknowledged_close_too()
    {
        await using var instance = await TestInstance.StartAsync(
            change: options => options with { Limits = options.Limits with { MaxUnacknowledgedBytes = 100_000 } });
        await using var client = await instance.ConnectAsync("ada", null, ["g1"], TestClient.ReliableJson);

        await instance.AcceptedAsync("/groups/g1/:send", new string('x', 60_000));
        await client.ReceiveAsync();
        Assert.Empty(await client.DrainAsync());
        await instance.AcceptedAsync("/groups/g1/:send", new string('x', 60_000));

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await client.ClosedAsync()).Status);
    }

    [Fact]
    [Feature("Reliable clients", "1,000 messages or 16 MB unacknowledged close with 1008, for good")]
    public async Task What_is_too_much_for_a_client_that_is_away_ends_its_connection_too()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await LoseSocketAsync(client);

        for (var i = 1; i <= 6; i++) await Instance.AcceptedAsync("/groups/g1/:send", $"{i}");

        Assert.Equal(HttpStatusCode.NotFound, await Instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        await Handler.NextAsync();
        await AssertNotRecoverableAsync(client);
    }

    [Fact]
    [Feature("Reliable clients", "1,000 messages or 16 MB unacknowledged close with 1008, for good")]
    public async Task Too_much_unacknowledged_closes_with_1008_and_cannot_be_recovered()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);

        for (var i = 1; i <= 6; i++) await Instance.AcceptedAsync("/groups/g1/:send", $"{i}");

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await client.ClosedAsync()).Status);
        await Handler.NextAsync();
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
    public async Task A_sequence_ack_that_is_none_closes_the_connection()
    {
        await using var client = await ConnectAsync("ada");

        await client.SendAsync("""{"type":"sequenceAck","sequenceId":-1}""");

        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, (await client.ClosedAsync()).Status);
    }
}
