using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>What a reliable client asked, and what it was to be told, over the loss of its socket.</summary>
public sealed class ReliableRequestTests : ReliableFixture
{
    [Fact]
    [Feature("Reliable clients", "ackIds and rights live as long as the connection")]
    public async Task A_request_repeated_after_recovery_is_a_duplicate()
    {
        await using var client = await ConnectAsync("ada");
        const string join = """{"type":"joinGroup","group":"g1","ackId":1}""";
        await client.AskAsync(join);
        await LoseSocketAsync(client);

        await using var back = await RecoverAsync(client);

        Assert.Equal("Duplicate", (await back.AskAsync(join))["error"]!["name"]!.GetValue<string>());
        Assert.True((await back.AskAsync("""{"type":"joinGroup","group":"g2","ackId":2}"""))["success"]!.GetValue<bool>());
    }

    [Fact]
    [Feature("Clients", "ttlSeconds, and messageTtlSeconds of REST")]
    public async Task A_message_whose_time_is_over_is_not_sent_again()
    {
        await using var client = await ConnectAsync("ada", ["g1"]);
        await using var sender = await ConnectAsync("bob");
        await LoseSocketAsync(client);
        foreach (var (data, ttl) in new[] { ("short", 5), ("long", 20), ("ever", 0) })
        {
            await sender.AskAsync(
                $$"""{"type":"sendToGroup","group":"g1","dataType":"text","data":"{{data}}","ttlSeconds":{{ttl}},"ackId":{{ttl}}}""");
        }

        await Instance.AcceptedAsync("/groups/g1/:send?messageTtlSeconds=5", "rest");
        Time.Advance(TimeSpan.FromSeconds(5));

        await using var back = await RecoverAsync(client);

        Assert.Equal([(2UL, "long"), (3UL, "ever")], await MessagesAsync(back, 2));
        Assert.Empty(await back.DrainAsync());
    }

    [Fact]
    [Feature("Reliable clients", "An event in flight stays the only one when the client repeats it on another socket")]
    public async Task An_event_in_flight_is_not_raised_again_by_a_client_that_comes_back()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Handler.Answer = async (_, response) =>
        {
            await gate.Task;
            await TestHandler.WriteAsync(response, "text/plain", "answer");
        };
        const string raise = """{"type":"event","event":"e","dataType":"text","data":"x","ackId":1}""";
        await using var client = await ConnectAsync("ada");
        await client.SendAsync(raise);
        await Handler.NextAsync();
        await LoseSocketAsync(client);
        await using var back = await RecoverAsync(client);
        await back.SendAsync(raise);
        Assert.Empty(await back.DrainAsync());

        gate.SetResult();

        Assert.Equal([(1UL, "answer")], await MessagesAsync(back, 1));
        // The first request is acknowledged on the new socket, and its repetition found to be one.
        Assert.True((await back.ReceiveAsync())["success"]!.GetValue<bool>());
        Assert.Equal("Duplicate", (await back.ReceiveAsync())["error"]!["name"]!.GetValue<string>());
        Assert.Single(Handler.Requests, request => request.Event == "e");
    }

    [Fact]
    [Feature("Reliable clients", "What was asked before the loss of the socket is done, and its answer kept")]
    public async Task The_answer_to_an_event_waits_for_the_client_to_come_back()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Handler.Answer = async (request, response) =>
        {
            if (request.Event == "e") await gate.Task;
            await TestHandler.WriteAsync(response, "text/plain", "answer");
        };
        await using var client = await ConnectAsync("ada");
        await client.SendAsync("""{"type":"event","event":"e","dataType":"text","data":"x"}""");
        await client.SendAsync("""{"type":"event","event":"behind","dataType":"text","data":"x"}""");
        await Handler.NextAsync();
        Assert.Empty(await client.DrainAsync());
        await LoseSocketAsync(client);

        gate.SetResult();
        Assert.Equal("behind", (await Handler.NextAsync()).Event);
        await using var back = await RecoverAsync(client);

        Assert.Equal([(1UL, "answer"), (2UL, "answer")], await MessagesAsync(back, 2));
    }
}
