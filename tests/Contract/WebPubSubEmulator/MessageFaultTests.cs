using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Faults of messages on their way to clients.</summary>
[Feature("Not in Azure", "Faults: loseMessage, doubleMessage, delayMessage, reorderMessage", Support = FeatureSupport.Different, Note = FaultTests.OnCommand)]
public sealed class MessageFaultTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async Task InitializeAsync() => _instance = await TestInstance.StartAsync();

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    public async Task A_message_is_lost_for_one_client_and_reaches_the_others()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await using var bob = await _instance.ConnectAsync("bob", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"loseMessage","target":{"user":"ada","group":"g1"},"after":1,"count":1}""");

        await SendAsync("1", "2", "3");

        Assert.Equal(["1", "3"], await TextsAsync(ada));
        Assert.Equal(["1", "2", "3"], await TextsAsync(bob));
    }

    [Fact]
    public async Task A_message_comes_twice()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"doubleMessage","after":1,"count":1}""");

        await SendAsync("1", "2", "3");

        Assert.Equal(["1", "2", "2", "3"], await TextsAsync(ada));
    }

    [Fact]
    public async Task A_message_is_overtaken_by_the_next_one_of_its_connection()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"reorderMessage","count":1,"delayMs":600000}""");

        await SendAsync("1", "2", "3");

        Assert.Equal(["2", "1", "3"], await TextsAsync(ada));
    }

    [Fact]
    public async Task With_every_message_overtaken_they_come_in_swapped_pairs()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"reorderMessage","delayMs":600000}""");

        await SendAsync("1", "2", "3", "4");

        Assert.Equal(["2", "1", "4", "3"], await TextsAsync(ada));
    }

    [Fact]
    public async Task A_message_that_waits_to_be_overtaken_comes_alone_in_the_end()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"reorderMessage","delayMs":20}""");

        await SendAsync("1");

        Assert.Equal("1", (await ada.ReceiveAsync())["data"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_message_comes_late_and_behind_others_and_at_once_when_the_rules_end()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"delayMessage","count":2,"delayMs":600000}""");

        await SendAsync("1", "2", "3");
        Assert.Equal(["3"], await TextsAsync(ada));
        await _instance.ClearFaultsAsync();

        Assert.Equal(["1", "2"], await TextsAsync(ada));
    }

    [Fact]
    public async Task Delayed_messages_come_in_their_order_when_their_time_has_come()
    {
        await using var ada = await _instance.ConnectAsync("ada", null, ["g1"]);
        await _instance.PutFaultAsync("""{"kind":"delayMessage","delayMs":50}""");

        await SendAsync("1", "2", "3");

        for (var expected = 1; expected <= 3; expected++)
        {
            Assert.Equal($"{expected}", (await ada.ReceiveAsync())["data"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task The_answer_of_an_event_handler_may_be_lost_and_the_acknowledgement_comes()
    {
        await using var handler = await TestHandler.StartAsync();
        handler.Answer = (_, response) => TestHandler.WriteAsync(response, "text/plain", "answer");
        await using var instance = await TestInstance.StartAsync(handler.Config());
        await using var ada = await instance.ConnectAsync("ada");
        await instance.PutFaultAsync("""{"kind":"loseMessage"}""");

        var answer = await ada.AskAsync("""{"type":"event","event":"say","ackId":1,"dataType":"text","data":"hello"}""");

        Assert.Equal(("ack", true), (answer["type"]!.GetValue<string>(), answer["success"]!.GetValue<bool>()));
    }

    private async Task SendAsync(params string[] texts)
    {
        foreach (var text in texts) await _instance.AcceptedAsync("/groups/g1/:send", text);
    }

    private static async Task<List<string>> TextsAsync(TestClient client) =>
        [.. (await client.DrainAsync()).Select(message => message["data"]!.GetValue<string>())];
}
