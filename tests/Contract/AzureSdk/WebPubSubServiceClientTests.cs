using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
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
    public async Task A_url_lasts_an_hour_unless_told_otherwise_and_is_for_this_hub_only()
    {
        var byDefault = Claims(await _client.GetClientAccessUriAsync());
        var at = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 90);
        var told = Claims(await _client.GetClientAccessUriAsync(at, userId: "ada"));

        Assert.Equal(3600, byDefault["exp"]!.GetValue<long>() - byDefault["iat"]!.GetValue<long>());
        Assert.Equal($"{_instance.Endpoint}/client/hubs/chat", byDefault["aud"]!.GetValue<string>());
        Assert.Null(byDefault["sub"]);
        Assert.Null(byDefault["role"]);
        Assert.Equal(at.ToUnixTimeSeconds(), told["exp"]!.GetValue<long>());
        Assert.Equal("ada", told["sub"]!.GetValue<string>());
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

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_failing_service_is_asked_as_often_as_told_and_then_it_throws(int maxRetries)
    {
        await _instance.FaultAsync("""{"kind":"refuseRest"}""");
        using var http = new CountingHandler();
        var client = Client(http, options =>
        {
            options.Retry.MaxRetries = maxRetries;
            options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        });

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => client.SendToGroupAsync("room", "text"));

        Assert.Equal(503, failure.Status);
        Assert.Equal(maxRetries + 1, http.Requests.Count);
    }

    [Fact]
    public async Task Each_attempt_is_signed_for_its_url()
    {
        using var http = new CountingHandler();
        var client = Client(http, _ => { });

        await client.SendToGroupAsync("room", RequestContent.Create("x"), ContentType.TextPlain, ["a", "b"], "userId ne 'c'");

        var request = Assert.Single(http.Requests);
        var claims = Payload(request.Headers.Authorization!.Parameter!);
        Assert.Equal(request.RequestUri!.AbsoluteUri, claims["aud"]!.GetValue<string>());
        Assert.Equal(300, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        Assert.Equal(HttpMethod.Post, request.Method);
        Assert.Equal("/api/hubs/chat/groups/room/:send", request.RequestUri.AbsolutePath);
        Assert.Equal(
            "?excluded=a&excluded=b&filter=userId%20ne%20%27c%27&api-version=2024-12-01", request.RequestUri.Query);
    }

    [Fact]
    public async Task An_attempt_that_gets_no_answer_ends_with_its_network_timeout()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var options = new WebPubSubServiceClientOptions
        {
            Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromMilliseconds(200) },
        };
        var client = new WebPubSubServiceClient(
            $"Endpoint=http://{silent.LocalEndpoint};AccessKey=key;Version=1.0;", TestInstance.Hub, options);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.SendToGroupAsync("room", "text").WaitAsync(ServiceBusNamespace.Hang));
    }

    [Fact]
    public async Task A_context_cancels_and_can_keep_a_failure_from_throwing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var response = await _client.AddConnectionToGroupAsync(
            "room", "nobody", new RequestContext { ErrorOptions = ErrorOptions.NoThrow });

        Assert.True(response.IsError);
        Assert.Equal(404, response.Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.SendToGroupAsync(
            "room",
            RequestContent.Create("x"),
            ContentType.TextPlain,
            context: new RequestContext { CancellationToken = cancelled.Token }));
    }

    [Fact]
    public async Task Without_a_key_the_service_makes_the_token_in_one_call()
    {
        using var http = new CountingHandler(_ => new HttpResponseMessage
        {
            Content = new StringContent("""{"token":"made-by-the-service"}"""),
        });
        var client = new WebPubSubServiceClient(
            new Uri("https://pubsub.example.org"),
            TestInstance.Hub,
            DelegatedTokenCredential.Create((_, _) => new AccessToken("entra", DateTimeOffset.MaxValue)),
            new WebPubSubServiceClientOptions { Transport = new HttpClientTransport(http) });

        var url = await client.GetClientAccessUriAsync(TimeSpan.FromMinutes(10.5), "ada", ["r1", "r2"], ["g"]);

        var request = Assert.Single(http.Requests);
        Assert.Equal("wss://pubsub.example.org/client/hubs/chat?access_token=made-by-the-service", url.AbsoluteUri);
        Assert.Equal("Bearer entra", request.Headers.Authorization!.ToString());
        Assert.Equal("/api/hubs/chat/:generateToken", request.RequestUri!.AbsolutePath);
        Assert.Contains("userId=ada&role=r1&role=r2&minutesToExpire=10&group=g", request.RequestUri.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AccessKey=k")]
    [InlineData("Endpoint=http://localhost")]
    [InlineData("Endpoint=http://localhost;Endpoint=http://other;AccessKey=k")]
    [InlineData("Endpoint=http://localhost;AccessKey=k;Port=no")]
    public void A_connection_string_that_lacks_something_is_refused(string connectionString) =>
        Assert.Throws<ArgumentException>(() => new WebPubSubServiceClient(connectionString, "hub"));

    [Fact]
    public void The_port_of_a_connection_string_replaces_that_of_the_endpoint()
    {
        var client = new WebPubSubServiceClient("endpoint=http://localhost;accesskey=k==;port=8080;Version=1.0", "hub");

        Assert.Equal((new Uri("http://localhost:8080/"), "hub"), (client.Endpoint, client.Hub));
        Assert.Throws<ArgumentNullException>(() => new WebPubSubServiceClient((string)null!, "hub"));
    }

    [Fact]
    public async Task What_is_not_named_is_refused_before_any_call()
    {
        using var http = new CountingHandler();
        var client = Client(http, _ => { });

        await Assert.ThrowsAsync<ArgumentException>(() => client.SendToGroupAsync(string.Empty, "x"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.CloseConnectionAsync(null));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.AddConnectionsToGroupsAsync(null, null));

        Assert.Empty(http.Requests);
    }

    private WebPubSubServiceClient Client(HttpMessageHandler http, Action<WebPubSubServiceClientOptions> configure)
    {
        var options = new WebPubSubServiceClientOptions { Transport = new HttpClientTransport(http) };
        configure(options);
        return new WebPubSubServiceClient(_instance.Host.ConnectionString, TestInstance.Hub, options);
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

    private static JsonObject Claims(Uri url) => Payload(url.Query["?access_token=".Length..]);

    private static JsonObject Payload(string token) => (JsonObject)JsonNode.Parse(
        Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])))!;
}
