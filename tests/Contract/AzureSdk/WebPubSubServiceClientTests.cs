using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using ServerlessGateway.Contract.Tests.WebPubSubEmulator;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class WebPubSubServiceClientTests : IAsyncLifetime
{
    private TestInstance _instance = null!;
    private WebPubSubServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _instance = await TestInstance.StartAsync();
        _client = new WebPubSubServiceClient(_instance.Host.ConnectionString, TestInstance.Hub);
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    public async Task A_client_connects_by_the_url_that_was_made_for_it()
    {
        var url = await _client.GetClientAccessUriAsync(
            TimeSpan.FromMinutes(5), "ada", ["webpubsub.joinLeaveGroup.extra"], ["room"]);
        await using var connection = await TestClient.ConnectAsync(url.AbsoluteUri);

        await _client.SendToGroupAsync("room", "hello");
        var frame = await connection.ReceiveAsync();
        var joined = await connection.AskAsync("""{"type":"joinGroup","group":"extra","ackId":1}""");

        Assert.Equal("hello", frame["data"]!.GetValue<string>());
        Assert.True(joined["success"]!.GetValue<bool>());
        Assert.Equal("ws", url.Scheme);
        Assert.Equal("/client/hubs/chat", url.AbsolutePath);
        Assert.Equal(["ada"], (await MembersAsync("room")).Select(member => member.UserId));
    }

    [Fact]
    public async Task What_is_sent_keeps_its_kind()
    {
        await using var json = await _instance.ConnectAsync(groups: ["room"]);

        await _client.SendToGroupAsync("room", RequestContent.Create(BinaryData.FromString("""{"a":1}""")), ContentType.ApplicationJson);
        await _client.SendToGroupAsync(
            "room", RequestContent.Create(BinaryData.FromBytes(new byte[] { 1, 2 })), ContentType.ApplicationOctetStream);
        await _client.SendToGroupAsync("room", RequestContent.Create("text"), ContentType.TextPlain);
        var frames = new[] { await json.ReceiveAsync(), await json.ReceiveAsync(), await json.ReceiveAsync() };

        Assert.Equal(["json", "binary", "text"], frames.Select(frame => frame["dataType"]!.GetValue<string>()));
        Assert.Equal(1, frames[0]["data"]!["a"]!.GetValue<int>());
        Assert.Equal(Convert.ToBase64String([1, 2]), frames[1]["data"]!.GetValue<string>());
        Assert.All(frames, frame => Assert.Equal("room", frame["group"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Excluded_and_filtered_connections_get_nothing()
    {
        await using var ada = await _instance.ConnectAsync("ada", groups: ["room"]);
        await using var bob = await _instance.ConnectAsync("bob", groups: ["room"]);

        var response = await _client.SendToGroupAsync(
            "room", RequestContent.Create("not ada"), ContentType.TextPlain, [ada.ConnectionId]);
        await _client.SendToAllAsync(
            RequestContent.Create("not bob"), ContentType.TextPlain, filter: "userId eq 'ada'");
        await _client.SendToAllAsync("all");

        Assert.Equal(202, response.Status);
        Assert.Equal(["not bob", "all"], Data(await ada.DrainAsync()));
        Assert.Equal(["not ada", "all"], Data(await bob.DrainAsync()));
    }

    [Fact]
    public async Task Names_are_escaped_in_the_path()
    {
        const string group = "orders:42/lines?x=1&y=ä%#";
        await using var connection = await _instance.ConnectAsync(groups: [group]);

        await _client.SendToGroupAsync(group, "found");

        Assert.Equal(["found"], Data(await connection.DrainAsync()));
    }

    [Fact]
    public async Task Connections_are_added_to_groups_and_taken_out()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await using var bob = await _instance.ConnectAsync("bob");

        await _client.AddConnectionToGroupAsync("one", ada.ConnectionId);
        await _client.AddConnectionsToGroupsAsync(["two", "three"], "userId eq 'bob'");
        var before = (One: await MembersAsync("one"), Two: await MembersAsync("two"), Three: await MembersAsync("three"));
        await _client.RemoveConnectionFromGroupAsync("one", ada.ConnectionId);

        Assert.Equal([ada.ConnectionId], before.One.Select(member => member.ConnectionId));
        Assert.Equal([bob.ConnectionId], before.Two.Select(member => member.ConnectionId));
        Assert.Equal([bob.ConnectionId], before.Three.Select(member => member.ConnectionId));
        Assert.Empty(await MembersAsync("one"));
    }

    [Fact]
    public async Task Members_are_listed_page_by_page_up_to_the_count()
    {
        var connections = new List<TestClient>();
        for (var index = 0; index < 5; index++)
        {
            connections.Add(await _instance.ConnectAsync($"user{index}", groups: ["room"]));
        }

        var pages = new List<Page<WebPubSubGroupMember>>();
        await foreach (var page in _client.ListConnectionsInGroupAsync("room", maxpagesize: 2).AsPages())
        {
            pages.Add(page);
        }

        var rest = new List<WebPubSubGroupMember>();
        await foreach (var page in _client.ListConnectionsInGroupAsync("room", 2).AsPages(pages[0].ContinuationToken))
        {
            rest.AddRange(page.Values);
        }

        Assert.Equal([2, 2, 1], pages.Select(page => page.Values.Count));
        Assert.Equal(
            connections.Select(connection => connection.ConnectionId).Order(),
            pages.SelectMany(page => page.Values).Select(member => member.ConnectionId).Order());
        Assert.Equal(3, rest.Count);
        Assert.Equal(3, (await MembersAsync("room", maxCount: 3)).Count);
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_closed_connection_hears_why_and_no_longer_exists()
    {
        var connection = await _instance.ConnectAsync("ada");
        Assert.True((await _client.ConnectionExistsAsync(connection.ConnectionId)).Value);

        await _client.CloseConnectionAsync(connection.ConnectionId, "moved");
        var told = await connection.ReceiveAsync();
        await connection.ClosedAsync();

        Assert.Equal("disconnected", told["event"]!.GetValue<string>());
        Assert.Equal("moved", told["message"]!.GetValue<string>());
        Assert.False((await _client.ConnectionExistsAsync(connection.ConnectionId)).Value);
        Assert.False((await _client.ConnectionExistsAsync("nobody")).Value);
    }

    [Fact]
    public async Task The_connections_of_a_user_are_closed_but_those_excluded()
    {
        await using var kept = await _instance.ConnectAsync("ada");
        await using var closed = await _instance.ConnectAsync("ada");
        await using var other = await _instance.ConnectAsync("bob");

        await _client.CloseUserConnectionsAsync("ada", [kept.ConnectionId], "revoked");
        await closed.ClosedAsync();

        Assert.True((await _client.ConnectionExistsAsync(kept.ConnectionId)).Value);
        Assert.True((await _client.ConnectionExistsAsync(other.ConnectionId)).Value);
        Assert.Equal(WebSocketState.Open, kept.Socket.State);
    }

    [Fact]
    public async Task A_connection_that_is_gone_cannot_be_added_to_a_group()
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => _client.AddConnectionToGroupAsync("room", "nobody"));

        Assert.Equal(404, failure.Status);
    }

    [Fact]
    public async Task A_wrong_key_is_refused()
    {
        var client = new WebPubSubServiceClient(
            new Uri(_instance.Endpoint), TestInstance.Hub, new AzureKeyCredential("another key"));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => client.SendToAllAsync("no"));

        Assert.Equal(401, failure.Status);
    }

    private async Task<List<WebPubSubGroupMember>> MembersAsync(string group, int? maxCount = null)
    {
        var members = new List<WebPubSubGroupMember>();
        await foreach (var member in _client.ListConnectionsInGroupAsync(group, maxCount: maxCount))
        {
            members.Add(member);
        }

        return members;
    }

    private static IEnumerable<string> Data(IEnumerable<JsonObject> frames) =>
        frames.Select(frame => frame["data"]!.GetValue<string>());
}
