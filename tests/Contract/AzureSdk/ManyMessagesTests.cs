using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class ManyMessagesTests : IAsyncLifetime
{
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task A_batch_takes_what_fits_and_arrives_in_order()
    {
        var (sender, receiver) = SenderAndReceiver();
        using var whole = await sender.CreateMessageBatchAsync();
        using var batch = await sender.CreateMessageBatchAsync(new CreateMessageBatchOptions { MaxSizeInBytes = 4_000 });
        var added = 0;
        while (batch.TryAddMessage(new ServiceBusMessage(new string('x', 1_000)) { MessageId = $"{added}" }))
        {
            added++;
        }

        await sender.SendMessagesAsync(batch);
        var received = await ReceiveAsync(receiver, batch.Count);

        Assert.Equal(256 * 1024, whole.MaxSizeInBytes);
        Assert.InRange(added, 2, 3);
        Assert.Equal(added, batch.Count);
        Assert.InRange(batch.SizeInBytes, 1_000 * added, batch.MaxSizeInBytes);
        Assert.Equal(Enumerable.Range(0, added).Select(index => $"{index}"), received.Select(message => message.MessageId));
    }

    [Fact]
    public async Task Messages_sent_as_one_arrive_one_by_one_in_order()
    {
        var (sender, receiver) = SenderAndReceiver();

        await sender.SendMessagesAsync(Enumerable.Range(0, 25).Select(index => new ServiceBusMessage($"{index}")));
        var received = await ReceiveAsync(receiver, 25);

        Assert.Equal(Enumerable.Range(0, 25).Select(index => $"{index}"), received.Select(message => message.Body.ToString()));
    }

    [Fact]
    public async Task A_message_of_many_frames_arrives_whole()
    {
        var (sender, receiver) = SenderAndReceiver();
        var body = new byte[200 * 1024];
        new Random(7).NextBytes(body);

        await sender.SendMessageAsync(new ServiceBusMessage(body));
        var received = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal(body, received.Body.ToArray());
    }

    [Fact]
    public async Task Messages_are_peeked_page_by_page_without_a_lock()
    {
        var (sender, receiver) = SenderAndReceiver();
        await sender.SendMessagesAsync(Enumerable.Range(0, 5).Select(index => new ServiceBusMessage($"{index}")));

        var first = await receiver.PeekMessagesAsync(2);
        var next = await receiver.PeekMessagesAsync(10);
        var from = await receiver.PeekMessageAsync(first[1].SequenceNumber);

        Assert.Equal(["0", "1"], first.Select(message => message.Body.ToString()));
        Assert.Equal(["2", "3", "4"], next.Select(message => message.Body.ToString()));
        Assert.Equal("1", from.Body.ToString());
        Assert.Equal(5, (await ReceiveAsync(receiver, 5)).Count);
    }

    [Fact]
    public async Task Prefetched_messages_go_back_when_the_receiver_closes()
    {
        var client = _namespace.Client();
        var (sender, _) = SenderAndReceiver(client);
        await sender.SendMessagesAsync(Enumerable.Range(0, 3).Select(index => new ServiceBusMessage($"{index}")));
        var prefetching = client.CreateReceiver(
            ServiceBusNamespace.Queue, new ServiceBusReceiverOptions { PrefetchCount = 10 });
        await prefetching.CompleteMessageAsync(await prefetching.ReceiveMessageAsync(ServiceBusNamespace.Hang));

        await prefetching.CloseAsync();
        var received = await ReceiveAsync(client.CreateReceiver(ServiceBusNamespace.Queue), 2);

        Assert.Equal(["1", "2"], received.Select(message => message.Body.ToString()));
        Assert.True(prefetching.IsClosed);
    }

    [Fact]
    public async Task Two_receives_at_once_get_a_message_each()
    {
        var (sender, receiver) = SenderAndReceiver();
        var both = Task.WhenAll(
            receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang), receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang));

        await sender.SendMessagesAsync([new ServiceBusMessage("a"), new ServiceBusMessage("b")]);
        var received = await both;

        Assert.Equal(["a", "b"], received.Select(message => message.Body.ToString()).Order());
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
