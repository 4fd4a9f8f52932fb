using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>
/// Holds as many sessions side by side as it is told: accepts the next free one, handles its messages until it is empty
/// for the idle time, released or lost, gives it back, and accepts the next. Of those waiting for a session only two
/// per core ask the broker at once.
/// Source: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/src/Processor/SessionReceiverManager.cs
/// </summary>
internal sealed class SessionPump(
    ConnectionScope scope,
    string entityPath,
    string identifier,
    ServiceBusSessionProcessorOptions options,
    Func<RetryRunner> retries,
    TimeSpan pauseAfterError)
    : Pump<ProcessSessionMessageEventArgs>(scope, entityPath, identifier)
{
    private readonly SemaphoreSlim _accepting = new(
        Math.Min(options.MaxConcurrentSessions, 2 * Environment.ProcessorCount));

    public Func<ProcessSessionEventArgs, Task>? Initializing { get; set; }

    public Func<ProcessSessionEventArgs, Task>? Closing { get; set; }

    public ServiceBusSessionProcessorOptions Options => options;

    protected override Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, options.MaxConcurrentSessions).Select(_ => HoldSessionsAsync(stopping)));

    /// <summary>Tells of a failure on behalf of a session that is held.</summary>
    public Task TellAsync(Exception exception, ServiceBusErrorSource source) => RaiseAsync(exception, source);

    public Task HandleAsync(
        ServiceBusReceivedMessage message,
        EntityReceiver receiver,
        ProcessSessionMessageEventArgs args) =>
        HandleAsync(
            message,
            receiver,
            () => Handlers.Message!(args),
            options.AutoCompleteMessages,
            args.CancellationToken);

    public TimeSpan RenewIn(DateTimeOffset lockedUntil) => RenewDelay(lockedUntil);

    private async Task HoldSessionsAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && !Scope.IsClosed)
        {
            try
            {
                if (await AcceptAsync(stopping).ConfigureAwait(false) is { } receiver)
                {
                    await new SessionHolder(this, receiver, receiver.Session!, Scope, stopping).RunAsync().ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await RaiseAsync(e, ServiceBusErrorSource.AcceptSession).ConfigureAwait(false);
                await Pauses.WaitAsync(pauseAfterError, Scope.Time, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Null when no session came in time, which is no error.</summary>
    private async Task<EntityReceiver?> AcceptAsync(CancellationToken stopping)
    {
        await _accepting.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            return await EntityReceiver.AcceptAsync(
                Scope,
                EntityPath,
                null,
                retries(),
                new ReceiverOptions(options.ReceiveMode, options.PrefetchCount),
                stopping).ConfigureAwait(false);
        }
        catch (ServiceBusException e) when (e.Reason == ServiceBusFailureReason.ServiceTimeout)
        {
            return null;
        }
        finally
        {
            _accepting.Release();
        }
    }
}
