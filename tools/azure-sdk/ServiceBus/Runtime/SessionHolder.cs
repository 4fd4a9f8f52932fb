using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>
/// One session from accept to close. Its lock is renewed from the accept on for the longest time that the options
/// allow, also while the processor stops and a handler still runs.
/// </summary>
internal sealed class SessionHolder(
    SessionPump pump, EntityReceiver receiver, HeldSession session, ConnectionScope scope, CancellationToken stopping)
{
    private readonly ServiceBusSessionReceiver _surface = new(receiver, $"{pump.Identifier}-S{session.Id}");
    private readonly CancellationTokenSource _letGo = new();

    public async Task RunAsync()
    {
        var renewing = RenewAsync();
        try
        {
            if (await TellAsync(pump.Initializing, ServiceBusErrorSource.AcceptSession).ConfigureAwait(false))
            {
                await Task.WhenAll(Enumerable.Range(0, pump.Options.MaxConcurrentCallsPerSession)
                    .Select(_ => ReceiveAsync())).ConfigureAwait(false);
            }
        }
        finally
        {
            await TellAsync(pump.Closing, ServiceBusErrorSource.CloseSession).ConfigureAwait(false);
            await _letGo.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
            await CloseAsync().ConfigureAwait(false);
            _letGo.Dispose();
        }
    }

    private async Task ReceiveAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _letGo.Token);
        try
        {
            while (!either.IsCancellationRequested)
            {
                var messages = await receiver.ReceiveAsync(1, pump.Options.SessionIdleTimeout, either.Token)
                    .ConfigureAwait(false);
                if (messages.Count == 0)
                {
                    return;
                }

                await pump.HandleAsync(messages[0], receiver, Args(messages[0], either.Token)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            if (e is ServiceBusException { Reason: ServiceBusFailureReason.SessionLockLost })
            {
                // Handlers of the same session learn that they work for nothing.
                await _letGo.CancelAsync().ConfigureAwait(false);
            }

            await pump.TellAsync(e, ServiceBusErrorSource.Receive).ConfigureAwait(false);
        }
    }

    private ProcessSessionMessageEventArgs Args(ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        new(message, _surface, cancellationToken) { Release = _letGo.Cancel };

    private async Task RenewAsync()
    {
        var duration = pump.Options.MaxAutoLockRenewalDuration;
        if (duration == TimeSpan.Zero)
        {
            return;
        }

        using var limit = new CancellationTokenSource(duration, scope.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _letGo.Token);
        while (await Pauses.WaitAsync(pump.RenewIn(session.LockedUntil), scope.Time, either.Token).ConfigureAwait(false))
        {
            try
            {
                await receiver.RenewSessionLockAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await pump.TellAsync(e, ServiceBusErrorSource.RenewLock).ConfigureAwait(false);
                if (e is not ServiceBusException { IsTransient: true })
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> TellAsync(Func<ProcessSessionEventArgs, Task>? handler, ServiceBusErrorSource source)
    {
        try
        {
            await (handler?.Invoke(new ProcessSessionEventArgs(_surface)) ?? Task.CompletedTask)
                .ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            await pump.TellAsync(e, source).ConfigureAwait(false);
            return false;
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await receiver.CloseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await pump.TellAsync(e, ServiceBusErrorSource.CloseSession).ConfigureAwait(false);
        }
    }
}
