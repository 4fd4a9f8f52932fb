using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>
/// A handler that takes longer than a lock lasts, by the broker's real clock: what ends its wait is a message that comes due
/// after the lock would have ended.
/// </summary>
public sealed class LockRenewalContractTests : IAsyncLifetime
{
    private const int LockSeconds = 5;

    private static readonly TimeSpan Work = TimeSpan.FromSeconds(7);

    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync(lockSeconds: LockSeconds);

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task A_processor_renews_a_sessions_lock_while_its_handler_works_and_not_beyond_what_it_was_told()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.Queue).SendMessagesAsync(
        [
            new ServiceBusMessage { ScheduledEnqueueTime = DateTimeOffset.UtcNow + Work },
            new ServiceBusMessage { ScheduledEnqueueTime = DateTimeOffset.UtcNow + Work },
        ]);
        var sender = client.CreateSender(ServiceBusNamespace.SessionQueue);

        var kept = WorkAsync(client, sender, "kept", TimeSpan.FromMinutes(1));
        var lost = WorkAsync(client, sender, "lost", TimeSpan.Zero);

        Assert.Null(await kept);
        Assert.Equal(ServiceBusFailureReason.SessionLockLost, (await lost)?.Reason);
    }

    /// <summary>Handles a message for longer than its lock, then completes it; what the completion threw.</summary>
    private static async Task<ServiceBusException?> WorkAsync(
        ServiceBusClient client, ServiceBusSender sender, string session, TimeSpan renewFor)
    {
        await sender.SendMessageAsync(new ServiceBusMessage(session) { SessionId = session });
        await using var receiver = client.CreateReceiver(
            ServiceBusNamespace.Queue, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        await using var processor = client.CreateSessionProcessor(ServiceBusNamespace.SessionQueue, new ServiceBusSessionProcessorOptions
        {
            AutoCompleteMessages = false,
            MaxAutoLockRenewalDuration = renewFor,
            MaxConcurrentSessions = 1,
        });
        var outcome = new TaskCompletionSource<ServiceBusException?>(TaskCreationOptions.RunContinuationsAsynchronously);
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        processor.ProcessMessageAsync += async message =>
        {
            await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang, CancellationToken.None);
            try
            {
                await message.CompleteMessageAsync(message.Message, CancellationToken.None);
                outcome.TrySetResult(null);
            }
            catch (ServiceBusException exception)
            {
                outcome.TrySetResult(exception);
            }
        };

        await processor.StartProcessingAsync();
        var thrown = await outcome.Task.WaitAsync(ServiceBusNamespace.Hang);
        await processor.StopProcessingAsync();
        return thrown;
    }
}
