using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>What the emulator counts of what Azure would bill.</summary>
public sealed class MeterTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

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

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2048, 1)]
    [InlineData(2049, 2)]
    [InlineData(100 * 1024, 50)]
    public async Task Outbound_traffic_is_billed_per_started_2_KB(int bytes, int messages)
    {
        await using var plain = await _instance.ConnectAsync("bob", subprotocol: null);
        if (bytes > 0)
        {
            await _instance.AcceptedAsync("/users/bob/:send", new string('x', bytes));
            await plain.ReceiveTextAsync();
        }

        Assert.Equal(messages, await OutboundAsync(_instance));
    }

    [Fact]
    [Feature("Not in Azure", "GET /meter", Support = FeatureSupport.Different, Note = "Outbound by the 2 KB rule, callbacks, REST calls, connections.")]
    public async Task A_message_of_4_KB_through_a_handler_to_ten_clients_is_22_as_in_the_documentation()
    {
        await using var handler = await TestHandler.StartAsync();
        await using var instance = await TestInstance.StartAsync(handler.Config());
        var clients = new List<TestClient>();
        for (var number = 0; number < 10; number++) clients.Add(await instance.ConnectAsync($"u{number}", subprotocol: null));
        var text = new string('x', 4096);

        await clients[0].SendAsync(text);
        Assert.Equal(4096, (await handler.NextAsync()).Body.Length);
        await instance.AcceptedAsync("/:send", text);
        foreach (var client in clients) Assert.Equal(text, await client.ReceiveTextAsync());

        Assert.Equal(22, await OutboundAsync(instance));
        Assert.Equal(1, JsonNode.Parse(await instance.GetAsync("/meter"))!["callbacks"]!["user"]!.GetValue<int>());
        foreach (var client in clients) await client.DisposeAsync();
    }

    private static async Task<long> OutboundAsync(TestInstance instance) =>
        JsonNode.Parse(await instance.GetAsync("/meter"))!["outboundMessages"]!.GetValue<long>();

    private async Task<JsonNode> MeterAsync() => JsonNode.Parse(await _instance.GetAsync("/meter"))!;
}
