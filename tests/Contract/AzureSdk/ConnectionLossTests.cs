using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>What a lost connection means to each kind of client, and that the next use opens a new one.</summary>
public sealed class ConnectionLossTests : IAsyncLifetime
{
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task Nothing_connects_before_the_first_use_and_one_connection_serves_all()
    {
        var client = _namespace.Client();
        var sender = client.CreateSender(ServiceBusNamespace.Queue);
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        Assert.Equal(0, _namespace.Proxy.AcceptedCount);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => sender.SendMessageAsync(new ServiceBusMessage())));
        await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal(1, _namespace.Proxy.AcceptedCount);
    }

    [Fact]
    public async Task A_sender_goes_on_after_the_connection_was_cut()
    {
        var client = _namespace.Client();
        var sender = client.CreateSender(ServiceBusNamespace.Queue);
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        await sender.SendMessageAsync(new ServiceBusMessage("before"));

        _namespace.Proxy.Cut();
        await sender.SendMessageAsync(new ServiceBusMessage("after"));

        Assert.Equal("before", (await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang)).Body.ToString());
        Assert.Equal("after", (await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang)).Body.ToString());
        Assert.Equal(2, _namespace.Proxy.AcceptedCount);
    }

    [Fact]
    public async Task Without_a_broker_a_send_fails_as_a_communication_problem_that_a_retry_can_help()
    {
        var sender = _namespace.Client(maxRetries: 2).CreateSender(ServiceBusNamespace.Queue);
        await sender.SendMessageAsync(new ServiceBusMessage());

        _namespace.Proxy.Cut(refuseNew: true);
        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new ServiceBusMessage()));
        _namespace.Proxy.Heal();
        await sender.SendMessageAsync(new ServiceBusMessage());

        Assert.Equal(ServiceBusFailureReason.ServiceCommunicationProblem, failure.Reason);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_receiver_that_waits_goes_on_waiting_on_a_new_connection()
    {
        var client = _namespace.Client();
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        var receiving = receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);
        await client.CreateSender(ServiceBusNamespace.SmallQueue).SendMessageAsync(new ServiceBusMessage());

        _namespace.Proxy.Cut();
        await _namespace.Client().CreateSender(ServiceBusNamespace.Queue).SendMessageAsync(new ServiceBusMessage("found"));

        Assert.Equal("found", (await receiving).Body.ToString());
    }

    [Fact]
    public async Task A_message_is_settled_over_a_new_connection_while_its_lock_holds()
    {
        var client = _namespace.Client();
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        var sender = client.CreateSender(ServiceBusNamespace.Queue);
        await sender.SendMessageAsync(new ServiceBusMessage("settled"));
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        _namespace.Proxy.Cut();

        // Once this has arrived over a new connection, the client knows that the old one is gone.
        await sender.SendMessageAsync(new ServiceBusMessage("next"));
        await receiver.CompleteMessageAsync(message);

        Assert.Equal("next", (await receiver.PeekMessageAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_session_is_lost_with_its_connection()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.SessionQueue)
            .SendMessageAsync(new ServiceBusMessage("kept") { SessionId = "a" });
        var receiver = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        _namespace.Proxy.Cut();
        var settled = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.CompleteMessageAsync(message));
        var received = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.ReceiveMessageAsync());

        Assert.Equal(ServiceBusFailureReason.SessionLockLost, settled.Reason);
        Assert.Equal(ServiceBusFailureReason.SessionLockLost, received.Reason);
        Assert.True(receiver.IsClosed);
        await receiver.CloseAsync();
    }
}
