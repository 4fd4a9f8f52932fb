using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Receives from one entity with as many handlers side by side as it is told.</summary>
internal sealed class MessagePump(
    ConnectionScope scope,
    string entityPath,
    string identifier,
    ServiceBusProcessorOptions options,
    Func<RetryRunner> retries,
    TimeSpan pauseAfterError)
    : Pump<ProcessMessageEventArgs>(scope, entityPath, identifier)
{
    protected override async Task RunAsync(CancellationToken stopping)
    {
        var receiver = EntityReceiver.Open(
            Scope, EntityPath, retries(), new ReceiverOptions(options.ReceiveMode, options.PrefetchCount));
        var surface = new ServiceBusReceiver(receiver, $"{Identifier}-Receiver");
        await Task.WhenAll(Enumerable.Range(0, options.MaxConcurrentCalls)
            .Select(_ => ReceiveAsync(receiver, surface, stopping))).ConfigureAwait(false);
        if (!Scope.IsClosed)
        {
            await receiver.CloseAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync(EntityReceiver receiver, ServiceBusReceiver surface, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && !Scope.IsClosed)
        {
            try
            {
                var messages = await receiver.ReceiveAsync(1, null, stopping).ConfigureAwait(false);
                foreach (var message in messages)
                {
                    await HandleOneAsync(message, receiver, surface, stopping).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await RaiseAsync(e, ServiceBusErrorSource.Receive).ConfigureAwait(false);
                await PauseAsync(pauseAfterError, stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task HandleOneAsync(
        ServiceBusReceivedMessage message, EntityReceiver receiver, ServiceBusReceiver surface, CancellationToken stopping)
    {
        using var handled = new CancellationTokenSource();
        var renewing = RenewAsync(message, receiver, handled.Token);
        try
        {
            var args = new ProcessMessageEventArgs(message, surface, stopping);
            await HandleAsync(
                message, receiver, () => Handlers.Message!(args), options.AutoCompleteMessages, stopping)
                .ConfigureAwait(false);
        }
        finally
        {
            await handled.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(
        ServiceBusReceivedMessage message, EntityReceiver receiver, CancellationToken handled)
    {
        var duration = options.MaxAutoLockRenewalDuration;
        if (receiver.ReceiveMode != ServiceBusReceiveMode.PeekLock || duration == TimeSpan.Zero)
        {
            return;
        }

        using var limit = new CancellationTokenSource(duration, Scope.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, handled);
        while (await PauseAsync(RenewDelay(message.LockedUntil), either.Token).ConfigureAwait(false) && !message.IsSettled)
        {
            try
            {
                await receiver.RenewMessageLockAsync(message, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (message.IsSettled)
                {
                    return;
                }

                await RaiseAsync(e, ServiceBusErrorSource.RenewLock).ConfigureAwait(false);
                if (e is not ServiceBusException { IsTransient: true })
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        await Pauses.WaitAsync(pause, Scope.Time, cancellationToken).ConfigureAwait(false);
}

internal static class Pauses
{
    /// <summary>Waits; false when the wait was cancelled, which ends a loop and is no error.</summary>
    public static async Task<bool> WaitAsync(TimeSpan pause, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
