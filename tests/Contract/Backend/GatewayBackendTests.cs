using System.Text;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.Backend;
using ServerlessGateway.Contract.Tests.AzureSdk;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Contract.Tests.Backend;

/// <summary>The backend library over a real broker: events in by sessions, answers out as envelopes.</summary>
public sealed class GatewayBackendTests
{
    private const string Channel = "orders:1";

    [Fact]
    public async Task Answers_are_on_the_queue_before_the_event_is_done_and_a_failing_handler_gets_it_again()
    {
        await using var broker = await ServiceBusNamespace.StartAsync();
        await using var backend = new GatewayBackend(Options(broker));
        var (failures, seen) = (0, new List<long>());
        backend.OnError(_ => failures++);
        backend.OnMessage((message, answers, _) =>
        {
            seen.Add(message.Position.Offset);
            answers.Publish("replies:1", new { message.Position.Offset });
            return seen.Count == 2 ? throw new FormatException("the second time it works") : ValueTask.CompletedTask;
        });
        using var stop = new CancellationTokenSource(ServiceBusNamespace.Hang);
        var run = backend.RunAsync(stop.Token);
        await SendAsync(broker, 1);
        await SendAsync(broker, 2);

        var client = broker.Client();
        var shard = Shards.SessionId(3, Shards.Of(ChannelName.Parse("replies:1"), 16));
        var receiver = await client.AcceptSessionAsync(ServiceBusNamespace.SessionQueue, shard, null, stop.Token);
        var numbers = new List<long>();
        while (numbers.Count < 2)
        {
            var message = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(20), stop.Token);
            Assert.Equal(EnvelopeReadStatus.Read, EnvelopeCodec.TryDecode(message.Body.ToMemory().Span, out var envelope));
            numbers.AddRange(envelope!.Publications.Select(publication => publication.Number));
            await receiver.CompleteMessageAsync(message, stop.Token);
        }

        await stop.CancelAsync();
        await run.WaitAsync(ServiceBusNamespace.Hang);
        Assert.Equal([256, 512], numbers);
        Assert.Equal([1, 2, 2], seen);
        Assert.Equal(1, failures);
    }

    [Fact]
    public async Task What_is_no_event_goes_to_the_dead_letters_and_holds_up_nothing()
    {
        await using var broker = await ServiceBusNamespace.StartAsync();
        await using var backend = new GatewayBackend(Options(broker));
        var handled = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        backend.OnMessage((message, _, _) =>
        {
            handled.TrySetResult(message.Position.Offset);
            return ValueTask.CompletedTask;
        });
        await broker.Client().CreateSender(ServiceBusNamespace.Topic).SendMessageAsync(
            new ServiceBusMessage("not an event") { SessionId = Channel });
        await SendAsync(broker, 7);
        using var stop = new CancellationTokenSource();
        var run = backend.RunAsync(stop.Token);

        Assert.Equal(7, await handled.Task.WaitAsync(ServiceBusNamespace.Hang));
        await stop.CancelAsync();
        await run.WaitAsync(ServiceBusNamespace.Hang);
        var receiver = broker.Client().CreateReceiver(
            ServiceBusNamespace.Topic, ServiceBusNamespace.Subscription, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var dead = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("unreadable_event", dead.DeadLetterReason);
    }

    private static GatewayBackendOptions Options(ServiceBusNamespace broker) => new()
    {
        Name = ServiceBusNamespace.Subscription,
        ConnectionString = broker.ConnectionString,
    };

    private static async Task SendAsync(ServiceBusNamespace broker, long offset)
    {
        var message = new GatewayMessage(offset, 1, "u", new string('a', 32), offset, RawJson.FromText("1"));
        var frame = RequestCodec.Encode(new MessagesFrame(Channel, "e1", [message]));
        await broker.Client().CreateSender(ServiceBusNamespace.Topic).SendMessageAsync(
            new ServiceBusMessage(Encoding.UTF8.GetString(frame))
            {
                SessionId = Channel,
                Subject = "messages",
                ApplicationProperties = { ["generation"] = 3, ["shards"] = 16 },
            });
    }
}
