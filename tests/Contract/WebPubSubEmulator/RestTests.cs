using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>The data-plane operations, their status codes, and who may call them.</summary>
public sealed class RestTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    [Feature("REST", "Send to all, group, user, connection")]
    public async Task A_send_reaches_whom_it_names_in_the_form_of_its_content_type()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await using var bob = await _instance.ConnectAsync("bob");
        await using var plain = await _instance.ConnectAsync("eve", null, ["g1"], subprotocol: null);

        await AcceptedAsync("/:send", "to all");
        await AcceptedAsync("/groups/g1/:send", """{"n":1}""", "application/json");
        await AcceptedAsync("/users/bob/:send", "to bob");
        await AcceptedAsync($"/connections/{ada.ConnectionId}/:send", "to one", "application/octet-stream");

        Assert.Equal(
            ["""{"type":"message","from":"server","dataType":"text","data":"to all"}""",
             """{"type":"message","from":"group","group":"g1","dataType":"json","data":{"n":1}}""",
             """{"type":"message","from":"server","dataType":"binary","data":"dG8gb25l"}"""],
            (await ada.DrainAsync()).Select(frame => frame.ToJsonString()));
        Assert.Equal(
            ["to all", "to bob"], (await bob.DrainAsync()).Select(frame => frame["data"]!.GetValue<string>()));
        Assert.Equal("to all", await plain.ReceiveTextAsync());
        Assert.Equal("""{"n":1}""", await plain.ReceiveTextAsync());
    }

    [Fact]
    [Feature("REST", "Send to all, group, user, connection")]
    public async Task A_send_to_nobody_is_accepted_too()
    {
        await AcceptedAsync("/:send", "x");
        await AcceptedAsync("/groups/none/:send", "x");
        await AcceptedAsync("/users/none/:send", "x");
        await AcceptedAsync("/connections/none/:send", "x");
    }

    [Fact]
    [Feature("REST", "excluded, and OData filters on userId, connectionId, groups, protocol")]
    public async Task Excluded_and_filter_narrow_a_send()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1", "g2"]);
        await using var bob = await _instance.ConnectAsync("bob", null, ["g1"]);
        await using var eve = await _instance.ConnectAsync("eve", null, ["g1"]);

        await AcceptedAsync($"/:send?excluded={ada.ConnectionId}&excluded={eve.ConnectionId}", "1");
        await AcceptedAsync($"/groups/g1/:send?filter={Uri.EscapeDataString("not ('g2' in groups) and userId ne 'eve'")}", "2");
        await AcceptedAsync($"/users/bob/:send?filter={Uri.EscapeDataString("'g2' in groups")}", "3");

        Assert.Equal(["1", "2"], (await bob.DrainAsync()).Select(frame => frame["data"]!.GetValue<string>()));
        Assert.Empty(await ada.DrainAsync());
        Assert.Empty(await eve.DrainAsync());
    }

    [Fact]
    [Feature("REST", "Order of awaited sends to a group")]
    public async Task Sends_to_a_group_that_are_awaited_keep_their_order()
    {
        await using var member = await _instance.ConnectAsync("ada", null, ["g1"]);
        for (var i = 0; i < 50; i++) await AcceptedAsync("/groups/g1/:send", $"{i}");

        Assert.Equal(
            Enumerable.Range(0, 50).Select(i => $"{i}"),
            (await member.DrainAsync()).Select(frame => frame["data"]!.GetValue<string>()));
    }

    [Fact]
    [Feature("REST", "Metadata headers")]
    public async Task Metadata_headers_travel_to_clients()
    {
        await using var client = await _instance.ConnectAsync();
        using var content = TestInstance.Content("x", "text/plain");
        content.Headers.Add("x-webpubsub-metadata-Trace", "1");

        await _instance.RestAsync(HttpMethod.Post, "/:send", content);

        Assert.Equal("1", (await client.ReceiveAsync())["metadata"]!["trace"]!.GetValue<string>());
    }

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
        Assert.Equal(["g1", "g2"], await GroupsAsync("g1", "g2", "g3"));
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, byId));
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, "/users/ada/groups/g2"));
        Assert.Empty(await GroupsAsync("g1", "g2"));

        await _instance.StatusAsync(HttpMethod.Put, byId);
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, $"/connections/{client.ConnectionId}/groups"));
        Assert.Empty(await GroupsAsync("g1"));
        await _instance.StatusAsync(HttpMethod.Put, byId);
        Assert.Equal(HttpStatusCode.NoContent, await _instance.StatusAsync(HttpMethod.Delete, "/users/ada/groups"));
        Assert.Empty(await GroupsAsync("g1"));
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
        Assert.Equal(["ada", "bob"], await MembersAsync("/groups/g2/connections"));
        body = """{"groups":["g1"],"filter":"startswith(userId,'a')"}""";
        Assert.Equal(HttpStatusCode.OK, (await _instance.PostAsync("/:removeFromGroups", body, "application/json")).StatusCode);
        Assert.Equal(["bob"], await MembersAsync("/groups/g1/connections"));
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
        Assert.Equal(["u1", "u2", "u3"], await MembersAsync($"/groups/{Uri.EscapeDataString("g/1 %")}/connections?top=3"));
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
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Put, "/permissions/sendToGroup/connections/none"));
        Assert.Equal(HttpStatusCode.BadRequest, await _instance.StatusAsync(HttpMethod.Put, all.Replace("sendToGroup", "other", StringComparison.Ordinal)));
    }

    [Fact]
    [Feature("REST", "generateToken")]
    public async Task A_generated_token_opens_a_connection_with_what_it_was_made_for()
    {
        var response = await _instance.RestAsync(
            HttpMethod.Post, "/:generateToken?userId=ada&role=webpubsub.sendToGroup&group=g1&group=g2&minutesToExpire=1");
        var token = (await response.Content.ReadFromJsonAsync<JsonObject>())!["token"]!.GetValue<string>();

        await using var client = await TestClient.ConnectAsync(_instance.ClientUrl(token));

        Assert.Equal(["g1", "g2"], await GroupsAsync("g1", "g2"));
        Assert.True((await client.AskAsync("""{"type":"sendToGroup","group":"x","data":1,"ackId":4}"""))["success"]!.GetValue<bool>());
    }

    [Fact]
    [Feature("REST", "Callers by access key")]
    public async Task A_caller_is_known_by_a_token_for_the_URL_with_or_without_query()
    {
        var url = $"{_instance.Endpoint}/api/hubs/chat/:send";
        var good = new[]
        {
            TestInstance.Sign(url),
            TestInstance.Sign($"{url}?api-version=2024-12-01"),
            TestInstance.Sign(url, TestInstance.SecondaryKey),
        };
        var bad = new[]
        {
            TestInstance.Sign($"{url}?api-version=other"),
            TestInstance.Sign($"{_instance.Endpoint}/api/hubs/other/:send"),
            TestInstance.Sign(_instance.Audience),
            TestInstance.Sign(url, "another-key-of-somebody-0123456789abcdefg"),
            TestInstance.Sign(url, expires: DateTime.UtcNow.AddSeconds(-1)),
            "nonsense",
        };

        foreach (var token in good) Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(token)).StatusCode);
        foreach (var token in bad)
        {
            var refused = await SendAsync(token);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal("Unauthorized", await CodeAsync(refused));
        }

        Task<HttpResponseMessage> SendAsync(string token) => _instance.RestAsync(
            HttpMethod.Post, "/:send", TestInstance.Content("x", "text/plain"), token);
    }

    [Fact]
    [Feature("Not supported", "Entra tokens", Support = FeatureSupport.Missing, Note = "Only access keys are known; the call is answered 401.")]
    public async Task A_token_that_no_access_key_signed_is_refused()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = "https://webpubsub.azure.com",
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256),
        });

        using var response = await _instance.RestAsync(HttpMethod.Head, "/users/ada", token: token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/:send?messageTtlSeconds=301", "x", "text/plain", 400)]
    [InlineData("POST", "/:send?messageTtlSeconds=-1", "x", "text/plain", 400)]
    [InlineData("POST", "/:send?filter=userId", "x", "text/plain", 400)]
    [InlineData("POST", "/:send", "{", "application/json", 400)]
    [InlineData("POST", "/:send", "{} {}", "application/json", 400)]
    [InlineData("POST", "/:send", "", "application/json", 400)]
    [InlineData("POST", "/:send", "x", "text/html", 415)]
    [InlineData("POST", "/groups/%20/:send", "x", "text/plain", 400)]
    [InlineData("POST", "/:addToGroups", """{"groups":[]}""", "application/json", 400)]
    [InlineData("POST", "/:addToGroups", """{"groups":[" "],"filter":"true"}""", "application/json", 400)]
    [InlineData("POST", "/:addToGroups", """{"groups":["g"],"filter":"x eq 1"}""", "application/json", 400)]
    [InlineData("POST", "/:removeFromGroups", "nonsense", "application/json", 400)]
    [InlineData("POST", "/:removeFromGroups", "{}", "text/plain", 415)]
    [InlineData("GET", "/groups/g/connections?maxpagesize=201", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?maxpagesize=0", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?top=x", null, "", 400)]
    [InlineData("GET", "/groups/g/connections?continuationToken=x", null, "", 400)]
    [InlineData("POST", "/:generateToken?minutesToExpire=0", null, "", 400)]
    [InlineData("POST", "/:generateToken?clientType=MQTT", null, "", 400)]
    [Feature("REST", "messageTtlSeconds", Support = FeatureSupport.Different, Note = "Checked; a message is delivered at once or not at all.")]
    public async Task A_parameter_that_is_wrong_is_refused_with_code_and_message(
        string method, string route, string? body, string contentType, int status)
    {
        using var content = body is null ? null : TestInstance.Content(body, contentType);

        using var response = await _instance.RestAsync(new HttpMethod(method), route, content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEqual("", await CodeAsync(response));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2020-01-01")]
    [Feature("REST", "API versions", Support = FeatureSupport.Different, Note = "All known versions behave as 2024-12-01.")]
    public async Task An_unknown_API_version_is_refused(string? version)
    {
        using var response = await _instance.RestAsync(HttpMethod.Head, "/groups/g", version: version);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    [Feature("REST", "Bodies of 1 MB")]
    public async Task A_body_over_1_MB_is_413_and_1_MB_is_accepted()
    {
        await using var client = await _instance.ConnectAsync(subprotocol: null);
        using var full = await _instance.PostAsync("/:send", new string('x', 1024 * 1024));
        using var over = await _instance.PostAsync("/:send", new string('x', 1024 * 1024 + 1));

        Assert.Equal(HttpStatusCode.Accepted, full.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, over.StatusCode);
        Assert.Equal(1024 * 1024, (await client.ReceiveTextAsync()).Length);
    }

    [Fact]
    [Feature("REST", "Health")]
    public async Task Health_needs_no_token()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"{_instance.Endpoint}/api/health"));

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(request)).StatusCode);
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response)
    {
        var error = (await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!;
        Assert.NotEqual("", error["message"]!.GetValue<string>());
        return error["code"]!.GetValue<string>();
    }

    private async Task AcceptedAsync(string route, string body, string contentType = "text/plain")
    {
        using var response = await _instance.PostAsync(route, body, contentType);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private async Task<List<string>> GroupsAsync(params string[] candidates)
    {
        var groups = new List<string>();
        foreach (var group in candidates)
        {
            if (await _instance.StatusAsync(HttpMethod.Head, $"/groups/{group}") == HttpStatusCode.OK) groups.Add(group);
        }

        return groups;
    }

    private async Task<List<string>> MembersAsync(string route)
    {
        using var response = await _instance.RestAsync(HttpMethod.Get, route);
        var page = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Null(page["nextLink"]);
        return [.. page["value"]!.AsArray().Select(member => member!["userId"]!.GetValue<string>())];
    }
}
