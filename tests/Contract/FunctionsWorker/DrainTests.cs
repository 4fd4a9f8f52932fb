using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>What a stop does to messages in hand, and to the sessions that a process holds.</summary>
public sealed class DrainTests
{
    private const string SessionFunction = "OfSession";
    private const string Session = "shard-1";
    private const string Debug = "Logging__LogLevel__Default";

    [Fact]
    public async Task What_is_settled_within_the_window_is_done()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "wait:gate+complete"), ("m2", "complete"));
        await queue.App.NextAsync("waiting");

        queue.App.Terminate();
        await queue.App.NextAsync("stopping");
        await queue.App.OpenGateAsync("gate");
        await queue.App.WaitForExitAsync();

        var left = await ReceiveAsync(queue);
        Assert.Equal("m2 1", $"{left.MessageId} {left.DeliveryCount}");
    }

    [Fact]
    public async Task What_is_left_unsettled_while_the_host_stops_is_abandoned_even_with_a_release()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "wait:gate+release"));
        await queue.App.NextAsync("waiting");

        queue.App.Terminate();
        await queue.App.NextAsync("stopping");
        await queue.App.OpenGateAsync("gate");
        await queue.App.WaitForExitAsync();

        var again = await ReceiveAsync(queue);
        Assert.Equal("m1 2", $"{again.MessageId} {again.DeliveryCount}");
    }

    [Fact]
    public async Task What_outlives_the_window_is_abandoned_and_its_session_is_free()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction, ("FUNCTIONS_STANDIN_DRAIN_SECONDS", "0"));
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "wait:never"));
        await queue.App.NextAsync("waiting");

        queue.App.Terminate();
        await queue.App.WaitForExitAsync();

        var again = await ReceiveAsync(queue);
        Assert.Equal("m1 2", $"{again.MessageId} {again.DeliveryCount}");
    }

    [Fact]
    public async Task A_drain_gives_sessions_back_at_once()
    {
        await using var queue = await StartHoldingAsync((Debug, "Debug"));

        await BeginDrainAsync(queue);

        await using var receiver = await queue.Client.AcceptSessionAsync(QueueApp.SessionQueue, Session);
        Assert.Equal(Session, receiver.SessionId);
    }

    [Fact]
    public async Task By_a_switch_a_drain_keeps_sessions_until_the_end_as_the_host_does()
    {
        await using var queue = await StartHoldingAsync(
            (Debug, "Debug"), ("FUNCTIONS_STANDIN_KEEP_LOCKS_WHILE_DRAINING", "1"), ("FUNCTIONS_STANDIN_DRAIN_SECONDS", "1"));

        await BeginDrainAsync(queue);
        var refused = await Assert.ThrowsAsync<ServiceBusException>(
            () => queue.Client.AcceptSessionAsync(QueueApp.SessionQueue, Session));
        queue.App.Terminate();
        await queue.App.WaitForExitAsync();

        Assert.Equal(ServiceBusFailureReason.SessionCannotBeLocked, refused.Reason);
        await using var receiver = await queue.Client.AcceptSessionAsync(QueueApp.SessionQueue, Session);
        Assert.Equal(Session, receiver.SessionId);
    }

    [Fact]
    public async Task A_draining_process_takes_no_further_message()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction, (Debug, "Debug"));
        await BeginDrainAsync(queue);

        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "complete"));

        var message = await ReceiveAsync(queue);
        Assert.Equal("m1 1", $"{message.MessageId} {message.DeliveryCount}");
    }

    /// <summary>An app that has handled a message of a session and holds it still, since it is told to wait for more.</summary>
    private static async Task<QueueApp> StartHoldingAsync(params (string Name, string? Value)[] settings)
    {
        var queue = await QueueApp.StartAsync(
            SessionFunction,
            [("AzureFunctionsJobHost__extensions__serviceBus__sessionIdleTimeout", "00:01:00"), .. settings]);
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "complete"));
        await queue.App.NextAsync("session-returned");
        return queue;
    }

    private static async Task BeginDrainAsync(QueueApp queue)
    {
        using var response = await queue.App.Http.PostAsync($"admin/host/drain?code={SampleApp.MasterKey}", null);
        await queue.App.WaitForErrorAsync("The listener of OfSession has stopped.");
    }

    private static async Task<ServiceBusReceivedMessage> ReceiveAsync(QueueApp queue)
    {
        await using var receiver = await queue.Client.AcceptSessionAsync(QueueApp.SessionQueue, Session);
        return await receiver.ReceiveMessageAsync();
    }
}
