using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class SendAndReceiveTests : IAsyncLifetime
{
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task A_message_arrives_with_all_that_it_was_sent_with()
    {
        var client = _namespace.Client();
        await using var sender = client.CreateSender(ServiceBusNamespace.Queue);
        await using var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        var at = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var sent = new ServiceBusMessage(BinaryData.FromBytes(new byte[] { 1, 2, 3 }))
        {
            MessageId = "m-1",
            CorrelationId = "c-1",
            Subject = "subject",
            ContentType = "application/json",
            To = "somebody",
            ReplyTo = "me",
            ReplyToSessionId = "rs",
            TimeToLive = TimeSpan.FromMinutes(5),
            PartitionKey = "pk",
            ApplicationProperties =
            {
                ["text"] = "t", ["int"] = 7, ["long"] = 8L, ["bool"] = true, ["guid"] = Guid.Empty,
                ["uri"] = new Uri("https://example.org/"), ["span"] = TimeSpan.FromSeconds(3), ["at"] = at,
            },
        };

        await sender.SendMessageAsync(sent);
        var received = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal([1, 2, 3], received.Body.ToArray());
        Assert.Equal("m-1", received.MessageId);
        Assert.Equal("c-1", received.CorrelationId);
        Assert.Equal("subject", received.Subject);
        Assert.Equal("application/json", received.ContentType);
        Assert.Equal("somebody", received.To);
        Assert.Equal("me", received.ReplyTo);
        Assert.Equal("rs", received.ReplyToSessionId);
        Assert.Equal(TimeSpan.FromMinutes(5), received.TimeToLive);
        Assert.Equal("pk", received.PartitionKey);
        Assert.Equal(
            sent.ApplicationProperties.OrderBy(pair => pair.Key), received.ApplicationProperties.OrderBy(pair => pair.Key));
        Assert.Equal(1, received.DeliveryCount);
        Assert.True(received.SequenceNumber > 0);
        Assert.Equal(received.EnqueuedTime + received.TimeToLive, received.ExpiresAt, TimeSpan.FromSeconds(1));
        Assert.InRange(DateTimeOffset.UtcNow - received.EnqueuedTime, TimeSpan.FromSeconds(-1), ServiceBusNamespace.Hang);
        Assert.InRange(received.LockedUntil - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(31));
        Assert.NotEqual(Guid.Empty.ToString(), received.LockToken);
    }

    [Fact]
    public async Task A_receive_that_finds_nothing_returns_null()
    {
        var receiver = _namespace.Client().CreateReceiver(ServiceBusNamespace.Queue);

        Assert.Null(await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Empty(await receiver.ReceiveMessagesAsync(5, TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task A_message_that_came_after_an_empty_receive_is_received_by_the_next()
    {
        var (sender, receiver) = SenderAndReceiver();
        Assert.Null(await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(100)));

        await sender.SendMessageAsync(new ServiceBusMessage("late"));
        var received = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal("late", received.Body.ToString());
        Assert.Equal(1, received.DeliveryCount);
    }

    [Fact]
    public async Task A_completed_message_is_gone()
    {
        var (sender, receiver) = SenderAndReceiver();
        await sender.SendMessageAsync(new ServiceBusMessage("once"));

        await receiver.CompleteMessageAsync(await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang));

        Assert.Null(await receiver.PeekMessageAsync());
    }

    [Fact]
    public async Task An_abandoned_message_comes_back_with_a_higher_count_and_changed_properties()
    {
        var (sender, receiver) = SenderAndReceiver();
        await sender.SendMessageAsync(new ServiceBusMessage("again"));

        var first = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);
        await receiver.AbandonMessageAsync(first, new Dictionary<string, object> { ["why"] = "busy" });
        var second = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal(2, second.DeliveryCount);
        Assert.Equal("busy", second.ApplicationProperties["why"]);
        Assert.NotEqual(first.LockToken, second.LockToken);
    }

    [Fact]
    public async Task A_dead_letter_says_why_and_sends_again_without_saying_it()
    {
        var client = _namespace.Client();
        var (sender, receiver) = SenderAndReceiver(client);
        await sender.SendMessageAsync(new ServiceBusMessage("poison") { ApplicationProperties = { ["kept"] = 1 } });
        await receiver.DeadLetterMessageAsync(
            await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang), "unreadable", "checksum");
        var deadLetters = client.CreateReceiver(
            ServiceBusNamespace.Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

        var dead = await deadLetters.ReceiveMessageAsync(ServiceBusNamespace.Hang);
        await sender.SendMessageAsync(new ServiceBusMessage(dead));
        var resent = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal("unreadable", dead.DeadLetterReason);
        Assert.Equal("checksum", dead.DeadLetterErrorDescription);
        Assert.Equal("poison", resent.Body.ToString());
        Assert.Null(resent.DeadLetterReason);
        Assert.Equal(1, resent.ApplicationProperties["kept"]);
        Assert.Equal(1, resent.DeliveryCount);
    }

    [Fact]
    public async Task A_dead_letter_takes_changed_properties_along()
    {
        var client = _namespace.Client();
        var (sender, receiver) = SenderAndReceiver(client);
        await sender.SendMessagesAsync([new ServiceBusMessage("1"), new ServiceBusMessage("2")]);
        var properties = new Dictionary<string, object> { ["looked at"] = "twice" };

        await receiver.DeadLetterMessageAsync(await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang), properties);
        await receiver.DeadLetterMessageAsync(
            await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang), properties, "unreadable");
        var dead = await ReceiveAsync(
            client.CreateReceiver(
                ServiceBusNamespace.Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }),
            2);

        Assert.All(dead, message => Assert.Equal("twice", message.ApplicationProperties["looked at"]));
        Assert.Equal([null, "unreadable"], dead.Select(message => message.DeadLetterReason));
    }

    [Fact]
    public async Task A_deferred_message_is_reached_by_its_number_only()
    {
        var (sender, receiver) = SenderAndReceiver();
        await sender.SendMessageAsync(new ServiceBusMessage("later"));
        var received = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        await receiver.DeferMessageAsync(received);
        var peeked = await receiver.PeekMessageAsync();
        var deferred = await receiver.ReceiveDeferredMessageAsync(received.SequenceNumber);
        await receiver.CompleteMessageAsync(deferred);

        Assert.Equal(ServiceBusMessageState.Deferred, peeked.State);
        Assert.Equal("later", deferred.Body.ToString());
        Assert.Null(await receiver.PeekMessageAsync(received.SequenceNumber));
    }

    [Fact]
    public async Task A_message_received_and_deleted_cannot_be_settled()
    {
        var client = _namespace.Client();
        var sender = client.CreateSender(ServiceBusNamespace.Queue);
        var receiver = client.CreateReceiver(
            ServiceBusNamespace.Queue,
            new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        await sender.SendMessageAsync(new ServiceBusMessage("gone"));

        var received = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Null(await receiver.PeekMessageAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(received));
    }

    [Fact]
    public async Task A_cancelled_receive_leaves_nothing_locked()
    {
        var (sender, receiver) = SenderAndReceiver();
        using var cancel = new CancellationTokenSource();
        var receiving = receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang, cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await sender.SendMessageAsync(new ServiceBusMessage("free"));
        var other = _namespace.Client().CreateReceiver(ServiceBusNamespace.Queue);

        Assert.Equal("free", (await other.ReceiveMessageAsync(ServiceBusNamespace.Hang)).Body.ToString());
    }

    [Fact]
    public async Task What_is_closed_refuses_to_work()
    {
        var client = _namespace.Client();
        var (sender, receiver) = SenderAndReceiver(client);
        await sender.CloseAsync();
        await receiver.CloseAsync();

        Assert.True(sender.IsClosed && receiver.IsClosed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiver.ReceiveMessageAsync());
        await client.DisposeAsync();

        Assert.True(client.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => client.CreateSender(ServiceBusNamespace.Queue));
    }

    private (ServiceBusSender Sender, ServiceBusReceiver Receiver) SenderAndReceiver(ServiceBusClient? client = null)
    {
        client ??= _namespace.Client();
        return (client.CreateSender(ServiceBusNamespace.Queue), client.CreateReceiver(ServiceBusNamespace.Queue));
    }

    private static async Task<List<ServiceBusReceivedMessage>> ReceiveAsync(ServiceBusReceiver receiver, int count)
    {
        var received = new List<ServiceBusReceivedMessage>();
        while (received.Count < count)
        {
            var messages = await receiver.ReceiveMessagesAsync(count - received.Count, ServiceBusNamespace.Hang);
            Assert.NotEmpty(messages);
            received.AddRange(messages);
        }

        return received;
    }
}
