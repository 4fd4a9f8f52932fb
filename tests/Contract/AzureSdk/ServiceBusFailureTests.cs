using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>Each failure has the reason, and says whether a retry can help, as in the official package.</summary>
public sealed class ServiceBusFailureTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _brokerTime = new(DateTimeOffset.UtcNow);
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync(_brokerTime);

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task An_entity_that_does_not_exist_is_not_found_and_not_tried_again()
    {
        var client = _namespace.Client(maxRetries: 100);

        var sent = await Assert.ThrowsAsync<ServiceBusException>(
            () => client.CreateSender("nowhere").SendMessageAsync(new ServiceBusMessage()));
        var received = await Assert.ThrowsAsync<ServiceBusException>(
            () => client.CreateReceiver("nowhere").ReceiveMessageAsync());

        Assert.Equal(ServiceBusFailureReason.MessagingEntityNotFound, sent.Reason);
        Assert.Equal("nowhere", sent.EntityPath);
        Assert.False(sent.IsTransient);
        Assert.Equal(ServiceBusFailureReason.MessagingEntityNotFound, received.Reason);
    }

    [Fact]
    public async Task A_wrong_key_is_unauthorized()
    {
        await using var client = new ServiceBusClient(
            _namespace.ConnectionString.Replace("SharedAccessKey=", "SharedAccessKey=wrong", StringComparison.Ordinal),
            new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0 } });

        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            () => client.CreateSender(ServiceBusNamespace.Queue).SendMessageAsync(new ServiceBusMessage()));
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_too_large()
    {
        var sender = _namespace.Client().CreateSender(ServiceBusNamespace.Queue);

        var failure = await Assert.ThrowsAsync<ServiceBusException>(
            () => sender.SendMessageAsync(new ServiceBusMessage(new byte[300 * 1024])));

        Assert.Equal(ServiceBusFailureReason.MessageSizeExceeded, failure.Reason);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task A_full_queue_exceeds_its_quota()
    {
        var sender = _namespace.Client().CreateSender(ServiceBusNamespace.SmallQueue);
        await sender.SendMessageAsync(new ServiceBusMessage(new byte[3_000]));

        var failure = await Assert.ThrowsAsync<ServiceBusException>(
            () => sender.SendMessageAsync(new ServiceBusMessage(new byte[3_000])));

        Assert.Equal(ServiceBusFailureReason.QuotaExceeded, failure.Reason);
    }

    [Fact]
    public async Task A_message_whose_lock_has_ended_cannot_be_settled_or_renewed()
    {
        var client = _namespace.Client();
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        await client.CreateSender(ServiceBusNamespace.Queue).SendMessageAsync(new ServiceBusMessage());
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        _brokerTime.Advance(TimeSpan.FromSeconds(31));

        var renewed = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.RenewMessageLockAsync(message));
        var settled = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.CompleteMessageAsync(message));
        Assert.Equal(ServiceBusFailureReason.MessageLockLost, settled.Reason);
        Assert.False(settled.IsTransient);
        Assert.Equal(ServiceBusFailureReason.MessageLockLost, renewed.Reason);
    }

    [Fact]
    public async Task A_renewed_lock_lasts_longer()
    {
        var client = _namespace.Client();
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        await client.CreateSender(ServiceBusNamespace.Queue).SendMessageAsync(new ServiceBusMessage());
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);
        var lockedUntil = message.LockedUntil;

        _brokerTime.Advance(TimeSpan.FromSeconds(20));
        await receiver.RenewMessageLockAsync(message);
        _brokerTime.Advance(TimeSpan.FromSeconds(20));
        await receiver.CompleteMessageAsync(message);

        Assert.Equal(lockedUntil + TimeSpan.FromSeconds(20), message.LockedUntil, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_message_due_later_waits_and_can_be_taken_back()
    {
        var client = _namespace.Client();
        var sender = client.CreateSender(ServiceBusNamespace.Queue);
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        var due = _brokerTime.GetUtcNow() + TimeSpan.FromMinutes(1);

        await sender.SendMessageAsync(new ServiceBusMessage("by property") { ScheduledEnqueueTime = due });
        var kept = await sender.ScheduleMessageAsync(new ServiceBusMessage("by call"), due);
        var cancelled = await sender.ScheduleMessageAsync(new ServiceBusMessage("taken back"), due);
        await sender.CancelScheduledMessageAsync(cancelled);
        var peeked = await receiver.PeekMessagesAsync(10);
        Assert.Null(await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(50)));
        _brokerTime.Advance(TimeSpan.FromMinutes(2));

        var bodies = new List<string>
        {
            (await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang)).Body.ToString(),
            (await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang)).Body.ToString(),
        };
        Assert.NotEqual(kept, cancelled);
        Assert.All(peeked, message => Assert.Equal(ServiceBusMessageState.Scheduled, message.State));
        Assert.Equal(due, peeked[0].ScheduledEnqueueTime, TimeSpan.FromSeconds(1));
        Assert.Equal(["by call", "by property"], bodies.Order());
        Assert.Null(await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task A_session_whose_lock_has_ended_is_lost()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.SessionQueue)
            .SendMessageAsync(new ServiceBusMessage { SessionId = "1.0" });
        var receiver = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        _brokerTime.Advance(TimeSpan.FromSeconds(31));

        var settled = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.CompleteMessageAsync(message));
        var renewed = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.RenewSessionLockAsync());
        Assert.Equal(ServiceBusFailureReason.SessionLockLost, settled.Reason);
        Assert.False(settled.IsTransient);
        Assert.Equal(ServiceBusFailureReason.SessionLockLost, renewed.Reason);
        Assert.True(receiver.IsClosed);
    }

    [Fact]
    public async Task A_renewed_session_lock_lasts_longer()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.SessionQueue)
            .SendMessageAsync(new ServiceBusMessage { SessionId = "1.0" });
        var receiver = await client.AcceptNextSessionAsync(ServiceBusNamespace.SessionQueue);
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);
        var lockedUntil = receiver.SessionLockedUntil;

        _brokerTime.Advance(TimeSpan.FromSeconds(20));
        await receiver.RenewSessionLockAsync();
        _brokerTime.Advance(TimeSpan.FromSeconds(20));
        await receiver.CompleteMessageAsync(message);

        Assert.Equal(lockedUntil + TimeSpan.FromSeconds(20), receiver.SessionLockedUntil, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void An_exception_says_its_reason_and_its_entity()
    {
        var transient = new ServiceBusException("busy", ServiceBusFailureReason.ServiceBusy, "q");
        var final = new ServiceBusException("gone", ServiceBusFailureReason.MessageNotFound);
        var told = new ServiceBusException(true, "odd", "q", ServiceBusFailureReason.GeneralError);

        Assert.True(transient.IsTransient);
        Assert.Equal("busy (ServiceBusy - q)", transient.Message);
        Assert.False(final.IsTransient);
        Assert.Equal("gone (MessageNotFound)", final.Message);
        Assert.True(told.IsTransient);
        Assert.Equal(ServiceBusFailureReason.GeneralError, new ServiceBusException().Reason);
    }
}
