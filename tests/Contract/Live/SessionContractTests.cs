using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>What a shard's order rests on: sessions, their locks, and who gets an unsettled message next.</summary>
public sealed class SessionContractTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Places => [.. ServiceBusPlace.Names];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_session_that_is_given_back_loses_nothing_and_counts_nothing(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        var session = await SendAsync(place, "1", "2");

        await using (var first = await place.Client.AcceptSessionAsync(place.SessionQueue, session))
        {
            Assert.Equal("1", (await first.ReceiveMessageAsync(Hang)).Body.ToString());
        }

        await using var second = await place.Client.AcceptSessionAsync(place.SessionQueue, session);
        var again = await second.ReceiveMessageAsync(Hang);
        await second.CompleteMessageAsync(again);
        var next = await second.ReceiveMessageAsync(Hang);
        await second.CompleteMessageAsync(next);

        Assert.Equal(("1", 1, "2"), (again.Body.ToString(), again.DeliveryCount, next.Body.ToString()));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task An_abandoned_message_comes_first_again_and_is_counted(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        var session = await SendAsync(place, "1", "2");
        await using var receiver = await place.Client.AcceptSessionAsync(place.SessionQueue, session);

        await receiver.AbandonMessageAsync(await receiver.ReceiveMessageAsync(Hang));
        var again = await receiver.ReceiveMessageAsync(Hang);
        await receiver.CompleteMessageAsync(again);
        await receiver.CompleteMessageAsync(await receiver.ReceiveMessageAsync(Hang));

        Assert.Equal(("1", 2), (again.Body.ToString(), again.DeliveryCount));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_message_of_a_session_is_settled_once(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        var session = await SendAsync(place, "1");
        await using var receiver = await place.Client.AcceptSessionAsync(place.SessionQueue, session);

        var message = await receiver.ReceiveMessageAsync(Hang);
        await receiver.CompleteMessageAsync(message);
        var again = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.CompleteMessageAsync(message));

        Assert.Equal(ServiceBusFailureReason.SessionLockLost, again.Reason);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task An_unsettled_message_lets_the_next_one_overtake(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        var session = await SendAsync(place, "1", "2");
        await using var receiver = await place.Client.AcceptSessionAsync(place.SessionQueue, session);

        var first = await receiver.ReceiveMessageAsync(Hang);
        var second = await receiver.ReceiveMessageAsync(Hang);
        await receiver.CompleteMessageAsync(second);
        await receiver.CompleteMessageAsync(first);

        Assert.Equal(("1", "2"), (first.Body.ToString(), second.Body.ToString()));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_sessions_lock_is_renewed_and_its_state_outlives_its_holder(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name);
        var session = await SendAsync(place, "1");

        await using (var first = await place.Client.AcceptSessionAsync(place.SessionQueue, session))
        {
            var until = first.SessionLockedUntil;
            await first.SetSessionStateAsync(BinaryData.FromString("here"));
            await first.RenewSessionLockAsync();
            Assert.True(first.SessionLockedUntil >= until);
        }

        await using var second = await place.Client.AcceptSessionAsync(place.SessionQueue, session);
        var state = await second.GetSessionStateAsync();
        await second.SetSessionStateAsync(null);
        await second.CompleteMessageAsync(await second.ReceiveMessageAsync(Hang));

        Assert.Equal("here", state.ToString());
        Assert.Null(await second.GetSessionStateAsync());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_processor_hands_out_a_session_in_order_and_again_after_a_release(string name)
    {
        await using var place = await ServiceBusPlace.OpenAsync(name, maxRetries: 3);
        var session = await SendAsync(place, "1", "2");
        List<string> handled = [];
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var processor = place.Client.CreateSessionProcessor(
            place.SessionQueue, new ServiceBusSessionProcessorOptions { AutoCompleteMessages = false, SessionIdleTimeout = TimeSpan.FromSeconds(2) });
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        processor.ProcessMessageAsync += async message =>
        {
            if (message.SessionId != session)
            {
                // Left behind by another run; nobody else reads this queue.
                await message.CompleteMessageAsync(message.Message);
                return;
            }

            handled.Add(message.Message.Body.ToString());
            if (handled.Count == 1)
            {
                message.ReleaseSession();
                return;
            }

            await message.CompleteMessageAsync(message.Message);
            if (handled.Count == 3)
            {
                done.SetResult();
            }
        };

        await processor.StartProcessingAsync();
        await done.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await processor.StopProcessingAsync();

        Assert.Equal(["1", "1", "2"], handled);
    }

    private static async Task<string> SendAsync(ServiceBusPlace place, params string[] bodies)
    {
        var session = ServiceBusPlace.NewSession();
        await using var sender = place.Client.CreateSender(place.SessionQueue);
        await sender.SendMessagesAsync(bodies.Select(body => new ServiceBusMessage(body) { SessionId = session }));
        return session;
    }
}
