using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Slow clients, faults on command, and an orderly stop.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    internal const string OnCommand = "By `/faults` or `--faults`: see the README.";

    private const string Connections = "Faults: dropConnection, reload, refuseHandshake, stopAccepting";

    private const string Rest = "Faults: refuseRest, loseAcceptedSend";

    internal const string Rules = "Faults by count, rate, target and seed";

    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync(
        change: options => options with { Limits = options.Limits with { MaxOutboxFrames = 64, MaxOutboxBytes = 4 * 1024 * 1024 } });

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    [Feature("Bounds", "Slow clients are closed with 1008")]
    public async Task A_client_that_does_not_read_is_closed_while_the_others_get_everything()
    {
        await using var slow = await _instance.ConnectAsync("slow", null, ["g1"]);
        await using var quick = await _instance.ConnectAsync("quick", null, ["g1"]);
        var text = new string('x', 256 * 1024);
        var sent = 0;

        // Socket buffers take some megabytes before the outbox fills; the test stops at the event itself.
        while (await _instance.StatusAsync(HttpMethod.Head, "/users/slow") == HttpStatusCode.OK)
        {
            Assert.True(sent < 1000, "The slow client was never closed.");
            using var response = await _instance.PostAsync("/groups/g1/:send", text);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            sent++;
            Assert.Equal(text.Length, (await quick.ReceiveAsync())["data"]!.GetValue<string>().Length);
        }

        Assert.Empty(await quick.DrainAsync());
        var end = await EndOfAsync(slow);
        Assert.True(end is null or WebSocketCloseStatus.PolicyViolation, $"{end}");
        await _instance.PostAsync("/groups/g1/:send", "after");
        Assert.Equal("after", (await quick.ReceiveAsync())["data"]!.GetValue<string>());
    }

    [Fact]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task Drop_cuts_the_TCP_connection_without_a_close_frame()
    {
        await using var client = await _instance.ConnectAsync("ada", null, ["g1"]);
        await using var other = await _instance.ConnectAsync("bob", null, ["g1"]);

        var rule = await PutAsync($$$"""{"kind":"dropConnection","target":{"connection":"{{{client.ConnectionId}}}"}}""");

        Assert.Equal((1, 1), (rule.Considered, rule.Applied));
        await client.BrokenAsync();
        Assert.Null(client.Socket.CloseStatus);
        Assert.Equal(HttpStatusCode.NotFound, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Empty(await other.DrainAsync());
    }

    [Fact]
    public async Task Drop_by_user_cuts_all_connections_of_that_user_and_none_is_no_error()
    {
        await using var first = await _instance.ConnectAsync("ada");
        await using var second = await _instance.ConnectAsync("ada");
        await using var other = await _instance.ConnectAsync("bob");

        var dropped = await PutAsync("""{"kind":"dropConnection","target":{"user":"a*","hub":"chat"}}""");
        var again = await PutAsync("""{"kind":"dropConnection","target":{"user":"ada"}}""");

        Assert.Equal((2, 0), (dropped.Applied, again.Applied));
        await first.BrokenAsync();
        await second.BrokenAsync();
        Assert.Empty(await other.DrainAsync());
    }

    [Fact]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task Reload_tells_every_client_and_closes_with_1001()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await using var bob = await _instance.ConnectAsync("bob");

        Assert.Equal(2, (await PutAsync("""{"kind":"reload"}""")).Applied);

        foreach (var client in (TestClient[])[ada, bob])
        {
            Assert.Equal("disconnected", (await client.ReceiveAsync())["event"]!.GetValue<string>());
            Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, (await client.ClosedAsync()).Status);
        }

        await using var again = await _instance.ConnectAsync("ada");
        Assert.Empty(await again.DrainAsync());
    }

    [Fact]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task Handshakes_are_refused_with_the_status_asked_for_as_often_as_asked()
    {
        await PutAsync("""{"kind":"refuseHandshake","target":{"user":"ada"},"status":429,"count":1}""");
        var url = _instance.ClientUrl(TestInstance.Sign(_instance.Audience, userId: "ada"));

        Assert.Equal(HttpStatusCode.TooManyRequests, await TestClient.HandshakeStatusAsync(url));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await TestClient.HandshakeStatusAsync(url));
    }

    [Fact]
    [Feature("Not in Azure", Connections, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task An_instance_that_stopped_accepting_answers_nobody_but_commands_and_keeps_its_clients()
    {
        await using var client = await _instance.ConnectAsync("ada");
        await PutAsync("""{"kind":"stopAccepting"}""");

        await Assert.ThrowsAsync<WebSocketException>(() => _instance.ConnectAsync("bob"));
        await Assert.ThrowsAsync<HttpRequestException>(() => _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Empty(await client.DrainAsync());
        await _instance.ClearFaultsAsync();

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
    }

    [Fact]
    [Feature("Not in Azure", Rest, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task Refused_REST_is_503_until_the_rules_end_and_clients_stay()
    {
        await using var client = await _instance.ConnectAsync("ada");

        await PutAsync("""{"kind":"refuseRest"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Empty(await client.DrainAsync());
        await _instance.ClearFaultsAsync();

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
    }

    [Fact]
    [Feature("Not in Azure", Rest, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task Refused_REST_may_be_429_with_a_time_to_wait_and_for_some_paths_only()
    {
        await PutAsync("""{"kind":"refuseRest","target":{"path":"*/groups/*","method":"POST"},"status":429,"retryAfterSeconds":3,"after":1}""");

        await _instance.AcceptedAsync("/groups/g1/:send", "first passes");
        using var refused = await _instance.PostAsync("/groups/g1/:send", "second does not");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("3", refused.Headers.RetryAfter!.ToString());
        Assert.Equal("Error.TooManyRequests", await TestInstance.CodeAsync(refused));
        await _instance.AcceptedAsync("/users/ada/:send", "elsewhere");
    }

    [Fact]
    [Feature("Not in Azure", Rest, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task An_accepted_send_may_reach_nobody()
    {
        await using var client = await _instance.ConnectAsync("ada", null, ["g1"]);
        await PutAsync("""{"kind":"loseAcceptedSend","target":{"group":"g1"},"count":1}""");

        await _instance.AcceptedAsync("/groups/g1/:send", "gone");
        await _instance.AcceptedAsync("/groups/g1/:send", "there");

        Assert.Equal("there", (await client.ReceiveAsync())["data"]!.GetValue<string>());
    }

    [Fact]
    [Feature("Not in Azure", Rules, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task A_seed_gives_the_same_failures_again()
    {
        const string plan = """{"seed":11,"rules":[{"kind":"refuseRest","rate":0.5}]}""";
        var first = await RefusalsAsync(plan);
        var again = await RefusalsAsync(plan);
        var other = await RefusalsAsync(plan.Replace("11", "12", StringComparison.Ordinal));

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Contains(true, first);
        Assert.Contains(false, first);
    }

    [Fact]
    [Feature("Not in Azure", Rules, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task Rules_are_read_with_their_counts_and_added_to()
    {
        await PutAsync("""{"kind":"refuseRest","count":2,"seed":5}""");
        await _instance.StatusAsync(HttpMethod.Head, "/users/ada");
        using var added = await _instance.AddFaultAsync("""{"kind":"reload"}""");

        var rules = JsonNode.Parse(await _instance.GetAsync("/faults"))!["rules"]!.AsArray();

        Assert.Equal(
            """{"kind":"refuseRest","target":{},"count":2,"rate":1,"after":0,"status":503,"seed":5,"considered":1,"applied":1}""",
            rules[0]!.ToJsonString());
        Assert.Equal("reload", rules[1]!["kind"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"kind":"explode"}""", "UnknownKind")]
    [InlineData("""{"kind":"refuseRest","target":{"user":"ada"}}""", "UnknownKey")]
    [InlineData("""{"kind":"loseMessage","rate":2}""", "OutOfRange")]
    [InlineData("nonsense", "NotJson")]
    [Feature("Not in Azure", Rules, Support = FeatureSupport.Different, Note = OnCommand)]
    public async Task A_rule_that_is_wrong_says_so(string command, string code)
    {
        using var response = await _instance.FaultAsync(command);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!["code"]!.GetValue<string>());
    }

    [Fact]
    [Feature("Bounds", "Clients are told of a stop")]
    public async Task Stopping_tells_clients_and_closes_with_1001()
    {
        var instance = await TestInstance.StartAsync();
        await using var client = await instance.ConnectAsync("ada");

        var stopping = instance.DisposeAsync();
        Assert.Equal("disconnected", (await client.ReceiveAsync())["event"]!.GetValue<string>());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, (await client.ClosedAsync()).Status);
        await client.DisposeAsync();
        await stopping;
    }

    private static async Task<WebSocketCloseStatus?> EndOfAsync(TestClient client)
    {
        try
        {
            return (await client.ClosedAsync()).Status;
        }
        catch (WebSocketException)
        {
            // Cut after the grace: the buffers in between were full, so no close frame fitted.
            return null;
        }
    }

    private Task<(int Considered, int Applied)> PutAsync(string rule) => _instance.PutFaultAsync(rule);

    private async Task<List<bool>> RefusalsAsync(string plan)
    {
        using var put = await _instance.FaultAsync(plan);
        put.EnsureSuccessStatusCode();
        var refusals = new List<bool>();
        for (var call = 0; call < 20; call++)
        {
            refusals.Add(await _instance.StatusAsync(HttpMethod.Head, "/users/ada") == HttpStatusCode.ServiceUnavailable);
        }

        return refusals;
    }
}
