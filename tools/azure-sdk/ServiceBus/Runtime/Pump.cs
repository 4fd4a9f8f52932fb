using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>What a processor calls; changed only while it does not run.</summary>
internal sealed class PumpHandlers<TArgs>(Action throwIfRunning)
{
    public Func<TArgs, Task>? Message { get; set => Set(ref field, value); }

    public Func<ProcessErrorEventArgs, Task>? Error { get; set => Set(ref field, value); }

    private void Set<T>(ref T field, T value)
    {
        throwIfRunning();
        field = value;
    }
}

/// <summary>Starts, stops and watches what a processor does; the kinds of processors say what that is.</summary>
internal abstract class Pump<TArgs>(ConnectionScope scope, string entityPath, string identifier)
{
    private readonly SemaphoreSlim _startOrStop = new(1, 1);
    private CancellationTokenSource? _stopping;
    private Task _running = Task.CompletedTask;

    public PumpHandlers<TArgs> Handlers => field ??= new PumpHandlers<TArgs>(ThrowIfRunning);

    public string EntityPath => entityPath;

    public string FullyQualifiedNamespace => scope.Host;

    public string Identifier => identifier;

    public bool IsClosed { get => field || scope.IsClosed; private set; }

    public bool IsProcessing => !_running.IsCompleted;

    protected ConnectionScope Scope => scope;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsClosed, GetType());
        await _startOrStop.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfRunning();
            if (Handlers.Message is null || Handlers.Error is null)
            {
                throw new InvalidOperationException(
                    "Cannot begin processing without both handlers: ProcessMessageAsync and ProcessErrorAsync.");
            }

            _stopping = new CancellationTokenSource();
            var token = _stopping.Token;
            _running = Task.Run(() => RunAsync(token), CancellationToken.None);
        }
        finally
        {
            _startOrStop.Release();
        }
    }

    /// <summary>Takes no further message and returns when the handlers that run have returned.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _startOrStop.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stopping is { } stopping)
            {
                // As in the official package: handlers see the stop before this call gives way.
                stopping.Cancel();
                await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
                stopping.Dispose();
                _stopping = null;
            }
        }
        finally
        {
            _startOrStop.Release();
        }
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        IsClosed = true;
        await StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs until stopped; failures are told, never thrown.</summary>
    protected abstract Task RunAsync(CancellationToken stopping);

    protected async Task RaiseAsync(Exception exception, ServiceBusErrorSource source)
    {
        try
        {
            await Handlers.Error!(new ProcessErrorEventArgs(
                exception,
                (exception as ServiceBusException)?.ProcessorErrorSource ?? source,
                FullyQualifiedNamespace,
                EntityPath)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The handler of errors failed; there is nobody left to tell, and the processor goes on.
            return;
        }
    }

    /// <summary>
    /// Hands a message to its handler and settles it as that went: completed when it returned, abandoned when it threw,
    /// unless the handler settled it or its lock is gone.
    /// </summary>
    protected async Task HandleAsync(
        ServiceBusReceivedMessage message,
        EntityReceiver receiver,
        Func<Task> handle,
        bool completes,
        CancellationToken processing)
    {
        var source = ServiceBusErrorSource.ProcessMessageCallback;
        var locks = receiver.ReceiveMode == ServiceBusReceiveMode.PeekLock;
        try
        {
            await handle().ConfigureAwait(false);
            if (locks && completes && !message.IsSettled)
            {
                source = ServiceBusErrorSource.Complete;
                await receiver.SettleAsync(message, Settlement.Complete, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not TaskCanceledException || !processing.IsCancellationRequested)
        {
            ThrowIfSessionLost(e, source);
            await RaiseAsync(e, source).ConfigureAwait(false);
            if (locks && !message.IsSettled
                && (e as ServiceBusException)?.Reason is not ServiceBusFailureReason.MessageLockLost)
            {
                await AbandonAsync(message, receiver).ConfigureAwait(false);
            }
        }
    }

    /// <summary>How long to wait before a lock is renewed: half of what is left, and ten seconds ahead at the most.</summary>
    protected TimeSpan RenewDelay(DateTimeOffset lockedUntil)
    {
        var left = lockedUntil - Scope.Time.GetUtcNow();
        if (left < TimeSpan.FromMilliseconds(400))
        {
            return TimeSpan.Zero;
        }

        var ahead = left / 2 < TimeSpan.FromSeconds(10) ? left / 2 : TimeSpan.FromSeconds(10);
        return left - ahead < TimeSpan.FromDays(1) ? left - ahead : TimeSpan.FromDays(1);
    }

    private async Task AbandonAsync(ServiceBusReceivedMessage message, EntityReceiver receiver)
    {
        try
        {
            await receiver.SettleAsync(message, Settlement.Abandon(null), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ThrowIfSessionLost(e, ServiceBusErrorSource.Abandon);
            await RaiseAsync(e, ServiceBusErrorSource.Abandon).ConfigureAwait(false);
        }
    }

    private static void ThrowIfSessionLost(Exception exception, ServiceBusErrorSource source)
    {
        if (exception is ServiceBusException { Reason: ServiceBusFailureReason.SessionLockLost } lost)
        {
            lost.ProcessorErrorSource = source;
            throw new ServiceBusException(lost.Message, lost.Reason, lost.EntityPath, lost) { ProcessorErrorSource = source };
        }
    }

    private void ThrowIfRunning()
    {
        if (IsProcessing)
        {
            throw new InvalidOperationException("The operation cannot be performed while the processor is running.");
        }
    }
}
