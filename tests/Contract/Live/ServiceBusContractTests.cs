using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>
/// What the gateway relies on in Service Bus, asked of the emulator and, where <c>GATEWAY_LIVE_SERVICEBUS</c> is set, of the
/// service, through the stand-in or the official package: four ways to be wrong, one text.
/// </summary>
public sealed class ServiceBusContractTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Places => [.. ServiceBusPlace.Names];

    [LiveFact(LiveSettings.ServiceBusVariable)]
    public async Task Live_Azure_is_asked_too()
    {
        await using var place = await ServiceBusPlace.OpenAsync(ServiceBusPlace.Azure);

        Assert.Contains(ServiceBusPlace.Azure, ServiceBusPlace.Names);
        Assert.DoesNotContain("localhost", place.Client.FullyQualifiedNamespace, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_batch_refuses_what_does_not_fit_and_stays_as_it_was(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        await using var sender = place.Client.CreateSender(place.Queue);

        using var batch = await sender.CreateMessageBatchAsync();
        var tooLarge = batch.TryAddMessage(new ServiceBusMessage(new byte[batch.MaxSizeInBytes]));
        var small = batch.TryAddMessage(new ServiceBusMessage(new byte[1024]));

        Assert.Equal((false, true, 1), (tooLarge, small, batch.Count));
        Assert.InRange(batch.SizeInBytes, 1024, 2048);
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await sender.CreateMessageBatchAsync(
            new CreateMessageBatchOptions { MaxSizeInBytes = batch.MaxSizeInBytes + 1 }));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Bodies_arrive_byte_for_byte_and_properties_keep_their_kinds(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        await using var sender = place.Client.CreateSender(place.SessionQueue);
        var session = ServiceBusPlace.NewSession();
        byte[][] bodies = [[0, 255, 1, 254, 10, 13], [], "{\"text\":\"crème\"}"u8.ToArray()];

        await sender.SendMessagesAsync(bodies.Select(body => new ServiceBusMessage(body)
        {
            SessionId = session,
            ContentType = "application/json",
            Subject = "kind",
            ApplicationProperties = { ["number"] = 7, ["long"] = 8L, ["flag"] = true, ["text"] = "ä" },
        }));
        await using var receiver = await place.Client.AcceptSessionAsync(place.SessionQueue, session);
        var received = await TakeAsync(receiver, bodies.Length);

        Assert.Equal(bodies, received.Select(message => message.Body.ToArray()));
        Assert.All(received, message =>
        {
            Assert.Equal(("application/json", "kind", session), (message.ContentType, message.Subject, message.SessionId));
            Assert.Equal(
                (7, 8L, true, "ä"),
                ((int)message.ApplicationProperties["number"], (long)message.ApplicationProperties["long"],
                    (bool)message.ApplicationProperties["flag"], (string)message.ApplicationProperties["text"]));
        });
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Failures_say_why(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        await using var sender = place.Client.CreateSender(place.Queue);
        using var batch = await sender.CreateMessageBatchAsync();
        var session = ServiceBusPlace.NewSession();
        await using var held = await place.Client.AcceptSessionAsync(place.SessionQueue, session);

        var missing = await FailureAsync(() => place.Client.CreateSender("nowhere-to-be-found").SendMessageAsync(new ServiceBusMessage()));
        var tooLarge = await FailureAsync(() => sender.SendMessageAsync(new ServiceBusMessage(new byte[batch.MaxSizeInBytes + 1024])));
        var locked = await FailureAsync(() => place.Client.AcceptSessionAsync(place.SessionQueue, session));

        Assert.Equal((ServiceBusFailureReason.MessagingEntityNotFound, false), (missing.Reason, missing.IsTransient));
        Assert.Equal((ServiceBusFailureReason.MessageSizeExceeded, false), (tooLarge.Reason, tooLarge.IsTransient));
        Assert.Equal(ServiceBusFailureReason.SessionCannotBeLocked, locked.Reason);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_message_is_settled_once(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        await using var sender = place.Client.CreateSender(place.Queue);
        await using var receiver = place.Client.CreateReceiver(place.Queue);
        await sender.SendMessageAsync(new ServiceBusMessage("once"));

        var message = await receiver.ReceiveMessageAsync(Hang);
        await receiver.CompleteMessageAsync(message);
        var again = await FailureAsync(() => receiver.CompleteMessageAsync(message));

        Assert.Equal((1, ServiceBusFailureReason.MessageLockLost), (message.DeliveryCount, again.Reason));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_is_due_later_can_be_taken_back(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        await using var sender = place.Client.CreateSender(place.Queue);
        await using var receiver = place.Client.CreateReceiver(place.Queue);

        var number = await sender.ScheduleMessageAsync(new ServiceBusMessage("later"), DateTimeOffset.UtcNow.AddHours(1));
        var waiting = await receiver.PeekMessageAsync(number);
        await sender.CancelScheduledMessageAsync(number);

        Assert.Equal((number, ServiceBusMessageState.Scheduled), (waiting.SequenceNumber, waiting.State));
        Assert.NotEqual(number, (await receiver.PeekMessageAsync(number))?.SequenceNumber);
    }

    private static async Task<ServiceBusException> FailureAsync(Func<Task> act) => await Assert.ThrowsAsync<ServiceBusException>(act);

    private static async Task<List<ServiceBusReceivedMessage>> TakeAsync(ServiceBusReceiver receiver, int count)
    {
        List<ServiceBusReceivedMessage> taken = [];
        while (taken.Count < count)
        {
            var message = await receiver.ReceiveMessageAsync(Hang);
            Assert.NotNull(message);
            await receiver.CompleteMessageAsync(message);
            taken.Add(message);
        }

        return taken;
    }
}
