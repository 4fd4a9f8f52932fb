using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Connections, groups and permissions as the data plane sees and changes them.</summary>
public sealed class RestConnectionTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    [Feature("REST", "Close connection, user, group, all")]
    public async Task Closing_tells_the_reason_and_closes_with_1000()
    {
        await using var client = await _instance.ConnectAsync("ada");

        Assert.Equal(
            HttpStatusCode.NoContent,
            await _instance.StatusAsync(HttpMethod.Delete, $"/connections/{client.ConnectionId}?reason=enough"));

        var told = await client.ReceiveAsync();
        Assert.Equal(("disconnected", "enough"), (told["event"]!.GetValue<string>(), told["message"]!.GetValue<string>()));
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "enough"), await client.ClosedAsync());
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, $"/connections/{client.ConnectionId}"));
    }

    [Theory]
    [InlineData("/:closeConnections", "ada,bob")]
    [InlineData("/groups/g1/:closeConnections", "ada")]
    [InlineData("/users/bob/:closeConnections", "bob")]
    [Feature("REST", "Close connection, user, group, all")]
    public async Task Closing_many_spares_the_excluded_and_the_others(string route, string closed)
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await using var bob = await _instance.ConnectAsync("bob");
        await using var spared = await _instance.ConnectAsync("bob", null, ["g1"]);

        Assert.Equal(
            HttpStatusCode.NoContent,
            await _instance.StatusAsync(HttpMethod.Post, $"{route}?excluded={spared.ConnectionId}"));

        foreach (var (name, client) in new[] { ("ada", ada), ("bob", bob), ("", spared) })
        {
            if (name.Length > 0 && closed.Contains(name, StringComparison.Ordinal))
            {
                Assert.Equal(WebSocketCloseStatus.NormalClosure, (await client.ClosedAsync()).Status);
            }
            else
            {
                Assert.Empty(await client.DrainAsync());
            }
        }
    }

    [Fact]
    [Feature("REST", "Existence of connection, user, group")]
    public async Task Existence_is_200_or_404()
    {
        await using var client = await _instance.ConnectAsync("ada", null, ["g1"]);

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, $"/connections/{client.ConnectionId}"));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/groups/g1"));
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, "/connections/none"));
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, "/users/none"));
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, "/groups/none"));
    }

    [Fact]
    [Feature("REST", "Membership by connection and user")]
    public async Task Membership_of_a_connection_and_of_a_user_is_changed_by_name()
    {
        await using var client = await _instance.ConnectAsync("ada");
        var byId = $"/groups/g1/connections/{client.ConnectionId}";

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, byId));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, byId));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, "/users/ada/groups/g2"));
        Assert.Equal(["g1", "g2"], await _instance.GroupsAsync("g1", "g2", "g3"));
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, byId));
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, "/users/ada/groups/g2"));
        Assert.Empty(await _instance.GroupsAsync("g1", "g2"));

        await _instance.StatusAsync(HttpMethod.Put, byId);
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, $"/connections/{client.ConnectionId}/groups"));
        Assert.Empty(await _instance.GroupsAsync("g1"));
        await _instance.StatusAsync(HttpMethod.Put, byId);
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, "/users/ada/groups"));
        Assert.Empty(await _instance.GroupsAsync("g1"));
    }

    [Fact]
    public async Task Membership_of_nobody_is_404_to_add_and_204_to_remove()
    {
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Put, "/groups/g1/connections/none"));
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Put, "/users/none/groups/g1"));
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, "/groups/g1/connections/none"));
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, "/connections/none/groups"));
    }

    [Fact]
    [Feature("REST", "addToGroups and removeFromGroups by filter")]
    public async Task Many_connections_are_added_and_removed_by_a_filter()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await using var bob = await _instance.ConnectAsync("bob");
        var filter = $"connectionId eq '{ada.ConnectionId}' or userId eq 'bob'";
        var body = new JsonObject { ["groups"] = new JsonArray("g1", "g2"), ["filter"] = filter }.ToJsonString();

        Assert.Equal(HttpStatusCode.OK, (await _instance.PostAsync("/:addToGroups", body, "application/json")).StatusCode);
        Assert.Equal(["ada", "bob"], await _instance.MembersAsync("/groups/g2/connections"));
        body = """{"groups":["g1"],"filter":"startswith(userId,'a')"}""";
        Assert.Equal(HttpStatusCode.OK, (await _instance.PostAsync("/:removeFromGroups", body, "application/json")).StatusCode);
        Assert.Equal(["bob"], await _instance.MembersAsync("/groups/g1/connections"));
    }

    [Fact]
    [Feature("REST", "List connections in a group, paged")]
    public async Task Members_are_listed_in_pages_that_link_to_the_next()
    {
        var clients = new List<TestClient>();
        for (var i = 0; i < 5; i++) clients.Add(await _instance.ConnectAsync($"u{i}", null, ["g/1 %"]));

        var seen = new List<string>();
        var route = $"/groups/{Uri.EscapeDataString("g/1 %")}/connections?maxpagesize=2";
        var pages = 0;
        while (route.Length > 0)
        {
            var page = (await (await _instance.RestAsync(HttpMethod.Get, route)).Content.ReadFromJsonAsync<JsonObject>())!;
            seen.AddRange(page["value"]!.AsArray().Select(member => member!["userId"]!.GetValue<string>()));
            pages++;
            // One leaves and one comes between pages: the walk neither repeats nor skips those who stay.
            if (pages == 1) await _instance.StatusAsync(HttpMethod.Delete, $"/connections/{clients[0].ConnectionId}");
            var next = page["nextLink"]?.GetValue<string>() ?? "";
            route = next.Replace($"{_instance.Endpoint}/api/hubs/chat", "", StringComparison.Ordinal)
                .Replace("&api-version=2024-12-01", "", StringComparison.Ordinal);
        }

        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], seen);
        Assert.Equal(3, pages);
        Assert.Equal(["u1", "u2", "u3"], await _instance.MembersAsync($"/groups/{Uri.EscapeDataString("g/1 %")}/connections?top=3"));
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    [Feature("REST", "Permissions")]
    public async Task Permissions_are_granted_and_revoked_on_a_living_connection()
    {
        await using var client = await _instance.ConnectAsync("ada");
        var one = $"/permissions/joinLeaveGroup/connections/{client.ConnectionId}?targetName=g1";
        var all = $"/permissions/sendToGroup/connections/{client.ConnectionId}";

        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, one));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, one));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, one));
        Assert.True((await client.AskAsync("""{"type":"joinGroup","group":"g1","ackId":1}"""))["success"]!.GetValue<bool>());
        Assert.False((await client.AskAsync("""{"type":"joinGroup","group":"g2","ackId":2}"""))["success"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, one));
        Assert.False((await client.AskAsync("""{"type":"joinGroup","group":"g1","ackId":3}"""))["success"]!.GetValue<bool>());

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Put, all));
        Assert.True((await client.AskAsync("""{"type":"sendToGroup","group":"x","data":1,"ackId":4}"""))["success"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, $"{all}?targetName=x"));
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, $"{all}?targetName=x"));
        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, $"{all}?targetName=y"));
        Assert.False((await client.AskAsync("""{"type":"sendToGroup","group":"x","data":1,"ackId":5}"""))["success"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Put, "/permissions/sendToGroup/connections/none"));
        Assert.Equal(HttpStatusCode.BadRequest, await _instance.StatusAsync(HttpMethod.Put, all.Replace("sendToGroup", "other", StringComparison.Ordinal)));
    }
}
