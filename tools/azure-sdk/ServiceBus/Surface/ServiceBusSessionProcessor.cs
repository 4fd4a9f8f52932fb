#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives messages of sessions and hands them to a handler.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusSessionProcessor : IAsyncDisposable
{
    private readonly SessionPump _pump;
    private readonly ServiceBusSessionProcessorOptions _options;

    /// <summary>For mocks.</summary>
    protected ServiceBusSessionProcessor()
    {
    }

    internal ServiceBusSessionProcessor(SessionPump pump, ServiceBusSessionProcessorOptions options)
    {
        _pump = pump;
        _options = options;
    }

    /// <summary>Told about every failure; must be set before the start.</summary>
    public event Func<ProcessErrorEventArgs, Task> ProcessErrorAsync
    {
        add => _pump.Handlers.Error = Check.OnlyHandler(_pump.Handlers.Error, value);
        remove => _pump.Handlers.Error = Check.SameHandler(_pump.Handlers.Error, value);
    }

    /// <summary>Handles a message; must be set before the start.</summary>
    public event Func<ProcessSessionMessageEventArgs, Task> ProcessMessageAsync
    {
        add => _pump.Handlers.Message = Check.OnlyHandler(_pump.Handlers.Message, value);
        remove => _pump.Handlers.Message = Check.SameHandler(_pump.Handlers.Message, value);
    }

    /// <summary>Told before the first message of a session.</summary>
    public event Func<ProcessSessionEventArgs, Task> SessionInitializingAsync
    {
        add => _pump.Initializing = Check.OnlyHandler(_pump.Initializing, value);
        remove => _pump.Initializing = Check.SameHandler(_pump.Initializing, value);
    }

    /// <summary>Told before a session is given back.</summary>
    public event Func<ProcessSessionEventArgs, Task> SessionClosingAsync
    {
        add => _pump.Closing = Check.OnlyHandler(_pump.Closing, value);
        remove => _pump.Closing = Check.SameHandler(_pump.Closing, value);
    }

    /// <summary>Whether a message is completed when its handler returns without settling it.</summary>
    public virtual bool AutoCompleteMessages => _options.AutoCompleteMessages;

    /// <summary>The entity.</summary>
    public virtual string EntityPath => _pump.EntityPath;

    /// <summary>The namespace.</summary>
    public virtual string FullyQualifiedNamespace => _pump.FullyQualifiedNamespace;

    /// <summary>The name of this processor in logs.</summary>
    public virtual string Identifier => _pump.Identifier;

    /// <summary>Whether it was closed.</summary>
    public virtual bool IsClosed => _pump.IsClosed;

    /// <summary>Whether it was started and not stopped.</summary>
    public virtual bool IsProcessing => _pump.IsProcessing;

    /// <summary>How long locks are renewed.</summary>
    public virtual TimeSpan MaxAutoLockRenewalDuration => _options.MaxAutoLockRenewalDuration;

    /// <summary>How many messages of one session are handled side by side.</summary>
    public virtual int MaxConcurrentCallsPerSession => _options.MaxConcurrentCallsPerSession;

    /// <summary>How many sessions are held side by side.</summary>
    public virtual int MaxConcurrentSessions => _options.MaxConcurrentSessions;

    /// <summary>How long an empty session is kept before the next one is accepted.</summary>
    public virtual TimeSpan? SessionIdleTimeout => _options.SessionIdleTimeout;

    /// <summary>How many messages wait at the client before they are asked for.</summary>
    public virtual int PrefetchCount => _options.PrefetchCount;

    /// <summary>Whether messages are locked or gone when received.</summary>
    public virtual ServiceBusReceiveMode ReceiveMode => _options.ReceiveMode;

    /// <summary>Starts; both handlers must be set.</summary>
    public virtual Task StartProcessingAsync(CancellationToken cancellationToken = default) =>
        _pump.StartAsync(cancellationToken);

    /// <summary>Stops taking messages and waits for the handlers that run.</summary>
    public virtual Task StopProcessingAsync(CancellationToken cancellationToken = default) =>
        _pump.StopAsync(cancellationToken);

    /// <summary>Stops and closes.</summary>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default) => _pump.CloseAsync(cancellationToken);

    /// <summary>Stops and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
