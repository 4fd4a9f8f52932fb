using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class SessionReceiverTests : IAsyncLifetime
{
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task The_next_session_is_one_with_messages_and_gives_them_in_order()
    {
        var client = _namespace.Client();
        await SendAsync(client, ("a", "1"), ("a", "2"), ("a", "3"));

        await using var receiver = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        var received = await ReceiveAsync(receiver, 3);

        Assert.Equal("a", receiver.SessionId);
        Assert.All(received, message => Assert.Equal("a", message.SessionId));
        Assert.Equal(["1", "2", "3"], received.Select(message => message.Body.ToString()));
        Assert.InRange(
            receiver.SessionLockedUntil - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(31));
    }

    [Fact]
    public async Task A_session_that_is_held_is_not_given_to_another()
    {
        var client = _namespace.Client();
        await SendAsync(client, ("a", "1"), ("b", "1"));
        await using var first = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        await using var second = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);

        var refused = await Assert.ThrowsAsync<ServiceBusException>(
            () => _namespace.Client().AcceptSessionAsync(ServiceBusNamespace.SessionQueue, first.SessionId));

        Assert.Equal(["a", "b"], new[] { first.SessionId, second.SessionId }.Order());
        Assert.Equal(ServiceBusFailureReason.SessionCannotBeLocked, refused.Reason);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task Waiting_for_a_session_ends_by_timing_out()
    {
        var client = _namespace.Client(tryTimeout: TimeSpan.FromMilliseconds(300), maxRetries: 0);

        var failure = await Assert.ThrowsAsync<ServiceBusException>(
            () => client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue));

        Assert.Equal(ServiceBusFailureReason.ServiceTimeout, failure.Reason);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_cancelled_wait_for_a_session_takes_none()
    {
        var client = _namespace.Client();
        using var cancel = new CancellationTokenSource();
        var waiting = client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue, cancellationToken: cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await SendAsync(client, ("a", "1"));
        await using var receiver = await client.AcceptSessionAsync(ServiceBusNamespace.SessionQueue, "a");

        Assert.Equal("1", (await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang)).Body.ToString());
    }

    [Fact]
    public async Task A_closed_session_is_free_at_once_and_its_messages_are_not_counted()
    {
        var client = _namespace.Client();
        await SendAsync(client, ("a", "1"), ("a", "2"));
        var first = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        await first.CompleteMessageAsync(await first.ReceiveMessageAsync(ServiceBusNamespace.Hang));
        await first.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        await first.CloseAsync();
        await using var second = await _namespace.Client().AcceptSessionAsync(ServiceBusNamespace.SessionQueue, "a");
        var message = await second.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal("2", message.Body.ToString());
        Assert.Equal(1, message.DeliveryCount);
    }

    [Fact]
    public async Task A_session_keeps_its_state_until_it_is_cleared()
    {
        var client = _namespace.Client();
        await using (var first = await client.AcceptSessionAsync(ServiceBusNamespace.SessionQueue, "a"))
        {
            Assert.Null(await first.GetSessionStateAsync());
            await first.SetSessionStateAsync(BinaryData.FromString("state"));
        }

        await using var second = await client.AcceptSessionAsync(ServiceBusNamespace.SessionQueue, "a");
        Assert.Equal("state", (await second.GetSessionStateAsync()).ToString());
        await second.SetSessionStateAsync(null);
        Assert.Null(await second.GetSessionStateAsync());
    }

    [Fact]
    public async Task An_abandoned_message_comes_before_those_behind_it()
    {
        var client = _namespace.Client();
        await SendAsync(client, ("a", "1"), ("a", "2"));
        await using var receiver = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);

        await receiver.AbandonMessageAsync(await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang));
        var again = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal("1", again.Body.ToString());
        Assert.Equal(2, again.DeliveryCount);
    }

    [Fact]
    public async Task A_message_deferred_in_a_session_is_reached_and_completed_there()
    {
        var client = _namespace.Client();
        await SendAsync(client, ("a", "1"));
        await using var receiver = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        await receiver.DeferMessageAsync(message);
        await receiver.CompleteMessageAsync(await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));

        Assert.Null(await receiver.PeekMessageAsync());
    }

    [Fact]
    public async Task A_session_can_be_received_and_deleted_ahead_of_need()
    {
        var client = _namespace.Client();
        await SendAsync(client, ("a", "1"), ("a", "2"));

        var receiver = await client.AcceptNextSessionAsync(
            ServiceBusNamespace.SessionQueue,
            new ServiceBusSessionReceiverOptions
            {
                ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete,
                PrefetchCount = 5,
                Identifier = "reader",
            });
        var received = await ReceiveAsync(receiver, 2);

        Assert.Equal((ServiceBusReceiveMode.ReceiveAndDelete, 5, "reader"),
            (receiver.ReceiveMode, receiver.PrefetchCount, receiver.Identifier));
        Assert.Equal(["1", "2"], received.Select(message => message.Body.ToString()));
        Assert.Null(await receiver.PeekMessageAsync());
    }

    [Fact]
    public async Task A_subscription_with_sessions_is_received_by_session()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.Topic)
            .SendMessageAsync(new ServiceBusMessage("event") { SessionId = "orders:1" });

        await using (var first = await client.AcceptNextSessionAsync(
            ServiceBusNamespace.Topic, ServiceBusNamespace.Subscription))
        {
            Assert.Equal("orders:1", first.SessionId);
        }

        await using var receiver = await client.AcceptSessionAsync(
            ServiceBusNamespace.Topic, ServiceBusNamespace.Subscription, "orders:1");
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);
        await receiver.DeadLetterMessageAsync(message, "refused");
        var dead = await client.CreateReceiver(
            ServiceBusNamespace.Topic,
            ServiceBusNamespace.Subscription,
            new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }).ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal("orders:1", receiver.SessionId);
        Assert.Equal("refused", dead.DeadLetterReason);
        Assert.Equal("orders:1", dead.SessionId);
    }

    private static async Task SendAsync(ServiceBusClient client, params (string Session, string Body)[] messages)
    {
        await using var sender = client.CreateSender(ServiceBusNamespace.SessionQueue);
        foreach (var (session, body) in messages)
        {
            await sender.SendMessageAsync(new ServiceBusMessage(body) { SessionId = session });
        }
    }

    private static async Task<List<ServiceBusReceivedMessage>> ReceiveAsync(ServiceBusReceiver receiver, int count)
    {
        var received = new List<ServiceBusReceivedMessage>();
        while (received.Count < count)
        {
            received.AddRange(await receiver.ReceiveMessagesAsync(count - received.Count, ServiceBusNamespace.Hang));
        }

        return received;
    }
}
