using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class HttpTests
{
    [Fact]
    [Feature("HTTP", "GET /health, as in the official emulator")]
    public async Task Health_is_answered_as_by_the_official_emulator()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Host.HttpUri };

        Assert.Equal("""{"status":"healthy"}""", await http.GetStringAsync("health"));
    }

    [Fact]
    [Feature("HTTP", "GET /meter",
        Support = FeatureSupport.Different,
        Note = "Not in Azure: counts of what Azure would bill, and of what queues hold.")]
    public async Task The_meter_counts_what_happened_and_what_is_held()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await ReceiverLinkTests.SendAsync(emulator, "one", "two");
        var receiver = new Amqp.ReceiverLink(await emulator.OpenSessionAsync(), "r", EmulatorFixture.Queue);
        receiver.SetCredit(1, autoRestore: false);
        await receiver.ReceiveAsync(EmulatorFixture.Patience);
        using var http = new HttpClient { BaseAddress = emulator.Host.HttpUri };

        var meter = await http.GetFromJsonAsync<JsonElement>("meter");

        var orders = Named(meter.GetProperty("entities"), EmulatorFixture.Queue);
        Assert.Equal(2, orders.GetProperty("messagesSent").GetInt64());
        Assert.Equal(1, orders.GetProperty("messagesReceived").GetInt64());
        Assert.True(meter.GetProperty("billedOperations").GetInt64() >= 3);
        var held = Named(meter.GetProperty("queues"), EmulatorFixture.Queue);
        Assert.Equal((1, 1), (held.GetProperty("available").GetInt32(), held.GetProperty("locked").GetInt32()));
    }

    [Fact]
    [Feature("Not supported", "AMQP over WebSocket",
        Support = FeatureSupport.Missing,
        Note = "Answered 501 with the remedy.")]
    public async Task AMQP_over_WebSocket_is_refused_by_name()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var http = new HttpClient { BaseAddress = emulator.Host.HttpUri };

        using var answer = await http.GetAsync(new Uri("$servicebus/websocket", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Contains("WebSocket", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static JsonElement Named(JsonElement list, string address) =>
        list.EnumerateArray().Single(item => item.GetProperty("address").GetString() == address);
}
