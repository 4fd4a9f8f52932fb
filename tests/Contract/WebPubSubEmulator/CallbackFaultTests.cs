using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Faults of events on their way to event handlers.</summary>
[Feature("Not in Azure", "Faults: loseCallback, loseCallbackAnswer, doubleCallback, delayCallback, reorderCallback", Support = FeatureSupport.Different, Note = FaultTests.OnCommand)]
public sealed class CallbackFaultTests : IAsyncLifetime
{
    private TestHandler _handler = null!;
    private TestInstance _instance = null!;

    public async Task InitializeAsync()
    {
        _handler = await TestHandler.StartAsync();
        _instance = await TestInstance.StartAsync(_handler.Config("connected,disconnected"));
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _handler.DisposeAsync();
    }

    [Fact]
    public async Task A_lost_notification_never_comes_and_nothing_else_is_lost()
    {
        await _instance.PutFaultAsync("""{"kind":"loseCallback","target":{"event":"connected"},"count":1}""");

        await using var ada = await _instance.ConnectAsync("ada");
        await ada.AskAsync(Say(1));

        Assert.Equal("say", (await _handler.NextAsync()).Event);
    }

    [Fact]
    public async Task A_lost_user_event_fails_for_its_client_and_reaches_no_handler()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await using var bob = await _instance.ConnectAsync("bob");
        await _instance.PutFaultAsync("""{"kind":"loseCallback","target":{"user":"ada","event":"say"}}""");

        var failure = await ada.AskAsync(Say(1));
        var success = await bob.AskAsync(Say(1));

        Assert.False(failure["success"]!.GetValue<bool>());
        Assert.Contains("fault rule", failure["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(success["success"]!.GetValue<bool>());
        Assert.Equal("bob", Assert.Single(_handler.Requests, request => request.Event == "say").Header("ce-userId"));
    }

    [Fact]
    public async Task An_event_whose_answer_is_lost_is_sent_again_with_its_id()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await _instance.PutFaultAsync("""{"kind":"loseCallbackAnswer","target":{"event":"say"},"count":1}""");

        var answer = await ada.AskAsync(Say(1));

        Assert.True(answer["success"]!.GetValue<bool>());
        var sent = _handler.Requests.Where(request => request.Event == "say").ToList();
        Assert.Equal(2, sent.Count);
        Assert.Equal(sent[0].Id, sent[1].Id);
    }

    [Fact]
    public async Task A_doubled_event_comes_twice_with_its_id_and_is_answered_once()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        Assert.Equal("connected", (await _handler.NextAsync()).Event);
        await _instance.PutFaultAsync("""{"kind":"doubleCallback","target":{"event":"say"},"count":1}""");

        var answer = await ada.AskAsync(Say(1));

        Assert.True(answer["success"]!.GetValue<bool>());
        var (first, second) = (await _handler.NextAsync(), await _handler.NextAsync());
        Assert.Equal(("say", "say", first.Id), (first.Event, second.Event, second.Id));
        Assert.Empty(await ada.DrainAsync());
    }

    [Fact]
    public async Task A_delayed_event_waits_and_those_of_other_connections_do_not()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await using var bob = await _instance.ConnectAsync("bob");
        await _instance.PutFaultAsync("""{"kind":"delayCallback","target":{"user":"ada"},"delayMs":600000}""");

        await ada.SendAsync(Say(1));
        await _instance.StruckAsync();
        Assert.True((await bob.AskAsync(Say(1)))["success"]!.GetValue<bool>());
        Assert.Equal("bob", Assert.Single(_handler.Requests, request => request.Event == "say").Header("ce-userId"));
        await _instance.ClearFaultsAsync();

        Assert.True((await ada.ReceiveAsync())["success"]!.GetValue<bool>());
    }

    [Fact]
    public async Task An_event_is_overtaken_by_the_next_one()
    {
        await using var ada = await _instance.ConnectAsync("ada");
        await using var bob = await _instance.ConnectAsync("bob");
        await _handler.NextAsync();
        await _handler.NextAsync();
        await _instance.PutFaultAsync("""{"kind":"reorderCallback","target":{"user":"ada"},"count":1,"delayMs":600000}""");

        await ada.SendAsync(Say(1));
        await _instance.StruckAsync();
        Assert.True((await bob.AskAsync(Say(1)))["success"]!.GetValue<bool>());

        Assert.True((await ada.ReceiveAsync())["success"]!.GetValue<bool>());
        Assert.Equal("bob", (await _handler.NextAsync()).Header("ce-userId"));
        Assert.Equal("ada", (await _handler.NextAsync()).Header("ce-userId"));
    }

    private static string Say(int ackId) =>
        $$"""{"type":"event","event":"say","ackId":{{ackId}},"dataType":"text","data":"hello"}""";
}
