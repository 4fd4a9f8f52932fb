using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ServerlessGateway.ServiceBusEmulator.Amqp;
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

    [Theory]
    [InlineData(64 * 1024, 1)]
    [InlineData((64 * 1024) + 1, 2)]
    [InlineData(128 * 1024, 2)]
    [InlineData((128 * 1024) + 1, 3)]
    [Feature("HTTP", "GET /meter",
        Support = FeatureSupport.Different,
        Note = "Not in Azure: counts of what Azure would bill, and of what queues hold.")]
    public async Task Sends_and_deliveries_are_billed_once_per_started_64_KB_and_settlements_once(int bytes, int operations)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await emulator.OpenSessionAsync();
        var sender = new Amqp.SenderLink(session, "s", EmulatorFixture.Queue);
        await sender.SendAsync(OfSize(bytes), EmulatorFixture.Patience);
        Assert.Equal(operations, await BilledAsync(emulator));

        var receiver = new Amqp.ReceiverLink(session, "r", EmulatorFixture.Queue);
        receiver.SetCredit(1, autoRestore: false);
        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        Assert.Equal(2 * operations, await BilledAsync(emulator));
        receiver.Accept(message);
        // Frames are dealt with in their order: once the session has ended, the settlement before has been, too.
        await session.CloseAsync();

        Assert.Equal((2 * operations) + 1, await BilledAsync(emulator));
    }

    [Fact]
    public async Task Each_message_of_a_batch_is_an_operation()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var sender = new Amqp.SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);
        var body = new Amqp.Framing.DataList();
        foreach (var text in (string[])["one", "two", "three"])
        {
            body.Add(new Amqp.Framing.Data { Buffer = EmulatorFixture.Text(text).Encode() });
        }

        await sender.SendAsync(
            new Amqp.Message { BodySection = body, Format = ServiceBusSymbols.BatchMessageFormat }, EmulatorFixture.Patience);

        Assert.Equal(3, await BilledAsync(emulator));
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

    /// <summary>A message that is so long when it is encoded.</summary>
    private static Amqp.Message OfSize(int bytes)
    {
        Amqp.Message Make(int length) => new()
        {
            Properties = new Amqp.Framing.Properties { MessageId = "sized" },
            BodySection = new Amqp.Framing.Data { Binary = new byte[length] },
        };
        var message = Make(bytes - (Make(1024).Encode().Length - 1024));
        Assert.Equal(bytes, message.Encode().Length);
        return message;
    }

    private static async Task<long> BilledAsync(EmulatorFixture emulator)
    {
        using var http = new HttpClient { BaseAddress = emulator.Host.HttpUri };
        return (await http.GetFromJsonAsync<JsonElement>("meter")).GetProperty("billedOperations").GetInt64();
    }

    private static JsonElement Named(JsonElement list, string address) =>
        list.EnumerateArray().Single(item => item.GetProperty("address").GetString() == address);
}
