using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>Service Bus triggers: sessions, settlement, what happens to a message that is not settled.</summary>
public sealed class ServiceBusTriggerTests
{
    private const string SessionFunction = "OfSession";
    private const string Session = "shard-1";

    [Fact]
    public async Task A_session_is_handled_one_message_at_a_time_and_sessions_side_by_side()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "wait:gate+complete"), ("m2", "complete"));
        Assert.Equal("m1 1", await queue.App.NextAsync("session-begun"));

        await queue.SendAsync(QueueApp.SessionQueue, "shard-2", ("m3", "complete"));
        Assert.Equal("m3 1", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m3", await queue.App.NextAsync("session-returned"));
        await queue.App.OpenGateAsync("gate");

        Assert.Equal("m1", await queue.App.NextAsync("session-returned"));
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
        await queue.App.NextAsync("session-returned");
        Assert.Equal(default, queue.Count(QueueApp.SessionQueue));
    }

    [Fact]
    public async Task An_exception_abandons_and_the_message_comes_again_first_with_its_count_raised()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);

        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "throw;complete"), ("m2", "complete"));

        Assert.Equal("m1 1", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m1 2", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
    }

    [Fact]
    public async Task An_unsettled_return_without_release_lets_the_next_message_overtake()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);

        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "leave;complete"), ("m2", "complete"));

        Assert.Equal("m1 1", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
        Assert.StartsWith("m1", await queue.App.NextAsync("session-begun"));
    }

    /// <summary>
    /// A release cancels the token by which the host then decides whether the execution went well: what is unsettled is
    /// abandoned, so the count rises.
    /// </summary>
    [Fact]
    public async Task A_release_brings_the_unsettled_message_again_first_with_its_count_raised()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);

        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "release;complete"), ("m2", "complete"));

        Assert.Equal("m1 1", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m1 2", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
    }

    [Fact]
    public async Task A_release_takes_effect_only_after_the_execution()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "release+wait:gate+complete"), ("m2", "complete"));
        await queue.App.NextAsync("waiting");

        var refused = await Assert.ThrowsAsync<ServiceBusException>(
            () => queue.Client.AcceptSessionAsync(QueueApp.SessionQueue, Session));
        await queue.App.OpenGateAsync("gate");

        Assert.Equal(ServiceBusFailureReason.SessionCannotBeLocked, refused.Reason);
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
    }

    [Fact]
    public async Task Dead_letters_carry_reason_and_description()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);
        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "dead:unreadable"));
        await queue.App.NextAsync("session-returned");

        await using var receiver = queue.Client.CreateReceiver(
            QueueApp.SessionQueue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var message = await receiver.ReceiveMessageAsync();

        Assert.Equal("m1", message.MessageId);
        Assert.Equal("unreadable", message.DeadLetterReason);
        Assert.Equal("as told", message.DeadLetterErrorDescription);
    }

    [Fact]
    public async Task Abandon_may_change_properties_and_defer_sets_aside()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);

        await queue.SendAsync(QueueApp.SessionQueue, Session, ("m1", "abandon:seen;defer"), ("m2", "complete"));

        Assert.Equal("m1 1", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m1 2 seen", await queue.App.NextAsync("session-begun"));
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
        await queue.App.NextAsync("session-returned");
        Assert.Equal(1, queue.Count(QueueApp.SessionQueue).Deferred);
    }

    [Fact]
    public async Task A_settlement_that_fails_throws_but_no_ServiceBusException()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);

        await queue.SendAsync(
            QueueApp.SessionQueue, Session, ("m1", "keep+complete"), ("m2", "complete-kept+complete"));

        Assert.StartsWith(
            "False Status(StatusCode=\"FailedPrecondition\", Detail=\"LockToken ",
            await queue.App.NextAsync("settlement-failed"));
        Assert.Equal("m2", await queue.App.NextAsync("session-returned"));
    }

    [Fact]
    public async Task A_session_has_a_state_and_its_lock_can_be_renewed()
    {
        await using var queue = await QueueApp.StartAsync(SessionFunction);

        await queue.SendAsync(
            QueueApp.SessionQueue, Session, ("m1", "state:one+complete"), ("m2", "renew+state:two+complete"));

        Assert.Equal("", await queue.App.NextAsync("state"));
        Assert.Equal("True", await queue.App.NextAsync("renewed"));
        Assert.Equal("one", await queue.App.NextAsync("state"));
    }

    [Fact]
    public async Task A_subscription_is_read_like_a_queue()
    {
        await using var queue = await QueueApp.StartAsync("OfSubscription");

        await queue.SendAsync(QueueApp.Topic, "orders:1", ("m1", "throw;complete"));

        Assert.Equal("m1 1", await queue.App.NextAsync("subscription-begun"));
        Assert.Equal("m1 2", await queue.App.NextAsync("subscription-begun"));
        Assert.Equal("m1", await queue.App.NextAsync("subscription-returned"));
    }

    [Fact]
    public async Task Without_sessions_messages_run_side_by_side_and_what_is_left_stays_locked()
    {
        await using var queue = await QueueApp.StartAsync("OfQueue");
        await queue.SendAsync(QueueApp.PlainQueue, null, ("m1", "wait:gate+complete"), ("m2", "leave"));

        Assert.Equal("m2", await queue.App.NextAsync("queue-returned"));
        await queue.App.OpenGateAsync("gate");
        Assert.Equal("m1", await queue.App.NextAsync("queue-returned"));

        Assert.Equal(1, queue.Count(QueueApp.PlainQueue).Locked);
    }

    [Fact]
    public async Task The_lock_of_a_message_can_be_renewed()
    {
        await using var queue = await QueueApp.StartAsync("OfQueue");

        await queue.SendAsync(QueueApp.PlainQueue, null, ("m1", "renew-message+complete"));

        await queue.App.NextAsync("renewed");
        Assert.Equal("m1", await queue.App.NextAsync("queue-returned"));
    }

    [Fact]
    public async Task The_attribute_turns_auto_completion_on_where_host_json_turned_it_off()
    {
        await using var queue = await QueueApp.StartAsync(
            "AutoCompleted", ("AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls", "1"));

        await queue.SendAsync(QueueApp.AutoQueue, null, ("m1", "first"), ("m2", "throw"));

        Assert.Equal("first", await queue.App.NextAsync("auto"));
        Assert.Equal("throw", await queue.App.NextAsync("auto"));
        Assert.Equal("throw", await queue.App.NextAsync("auto"));
        var counts = queue.Count(QueueApp.AutoQueue);
        Assert.Equal(1, counts.Locked + counts.Available);
    }

    [Fact]
    public async Task No_more_sessions_are_held_than_host_json_allows()
    {
        await using var queue = await QueueApp.StartAsync(
            SessionFunction, ("AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentSessions", "1"));
        await queue.SendAsync(QueueApp.SessionQueue, "a", ("m1", "wait:gate+complete"));
        Assert.Equal("m1 1", await queue.App.NextAsync("session-begun"));

        await queue.SendAsync(QueueApp.SessionQueue, "b", ("m2", "complete"));
        await using var other = await queue.Client.AcceptSessionAsync(QueueApp.SessionQueue, "b");
        await other.CloseAsync();
        await queue.App.OpenGateAsync("gate");

        Assert.Equal("m1", await queue.App.NextAsync("session-returned"));
        Assert.Equal("m2 1", await queue.App.NextAsync("session-begun"));
    }
}
