using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Slow clients, faults on command, the meter, and an orderly stop.</summary>
public sealed class FaultTests : IAsyncLifetime
{
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
    [Feature("Not in Azure", "PUT /faults: cut a connection, refuse REST, restore", Support = FeatureSupport.Different, Note = "Faults on command.")]
    public async Task Drop_cuts_the_TCP_connection_without_a_close_frame()
    {
        await using var client = await _instance.ConnectAsync("ada", null, ["g1"]);
        await using var other = await _instance.ConnectAsync("bob", null, ["g1"]);

        using var dropped = await _instance.FaultAsync($$"""{"kind":"dropConnection","connectionId":"{{client.ConnectionId}}"}""");

        Assert.Equal("""{"dropped":1}""", await dropped.Content.ReadAsStringAsync());
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

        using var dropped = await _instance.FaultAsync("""{"kind":"dropConnection","userId":"ada"}""");
        using var again = await _instance.FaultAsync("""{"kind":"dropConnection","userId":"ada"}""");

        Assert.Equal("""{"dropped":2}""", await dropped.Content.ReadAsStringAsync());
        Assert.Equal("""{"dropped":0}""", await again.Content.ReadAsStringAsync());
        await first.BrokenAsync();
        await second.BrokenAsync();
        Assert.Empty(await other.DrainAsync());
    }

    [Fact]
    [Feature("Not in Azure", "PUT /faults: cut a connection, refuse REST, restore", Support = FeatureSupport.Different, Note = "Faults on command.")]
    public async Task Refused_REST_is_503_until_restored_and_clients_stay()
    {
        await using var client = await _instance.ConnectAsync("ada");

        await _instance.FaultAsync("""{"kind":"refuseRest"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
        Assert.Empty(await client.DrainAsync());
        await _instance.FaultAsync("""{"kind":"restore"}""");

        Assert.Equal(HttpStatusCode.OK, await _instance.StatusAsync(HttpMethod.Head, "/users/ada"));
    }

    [Theory]
    [InlineData("""{"kind":"dropConnection"}""", 400)]
    [InlineData("""{"kind":"dropConnection","connectionId":"none"}""", 404)]
    [InlineData("""{"kind":"explode"}""", 400)]
    [InlineData("{}", 400)]
    [InlineData("null", 400)]
    [InlineData("nonsense", 400)]
    public async Task A_fault_command_that_is_wrong_says_so(string command, int status)
    {
        using var response = await _instance.FaultAsync(command);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains("message", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Feature("Not in Azure", "GET /meter", Support = FeatureSupport.Different, Note = "Outbound by the 2 KB rule, callbacks, REST calls, connections.")]
    public async Task The_meter_counts_bytes_frames_calls_and_connections()
    {
        await using var client = await _instance.ConnectAsync("ada");
        await using var plain = await _instance.ConnectAsync("bob", subprotocol: null);
        await client.DrainAsync();
        var before = await MeterAsync();

        await _instance.PostAsync("/users/bob/:send", new string('x', 5000));
        await plain.ReceiveTextAsync();
        var after = await MeterAsync();

        Assert.Equal(2, after["connections"]!.GetValue<int>());
        Assert.Equal(5000, Difference("clientBytes"));
        Assert.Equal(1, Difference("clientFrames"));
        Assert.Equal(1, Difference("restCalls"));
        Assert.Equal(
            (after["clientBytes"]!.GetValue<long>() + 2047) / 2048, after["outboundMessages"]!.GetValue<long>());

        long Difference(string name) => after[name]!.GetValue<long>() - before[name]!.GetValue<long>();
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

    private async Task<JsonNode> MeterAsync() => JsonNode.Parse(await _instance.GetAsync("/meter"))!;
}
