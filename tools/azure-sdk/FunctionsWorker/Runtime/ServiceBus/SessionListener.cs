using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>Runs a function for the messages of sessions: of each session held, one message at a time.</summary>
internal sealed partial class SessionListener : ITriggerListener
{
    private readonly FunctionEntry _function;
    private readonly FunctionRunner _runner;
    private readonly SettlementChannel _channel;
    private readonly ServiceBusSessionProcessor _processor;
    private readonly ILogger<SessionListener> _logger;
    private readonly bool _keepsSessionsWhileDraining;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Completes when sessions that are kept through a drain may be given back.</summary>
    private readonly TaskCompletionSource _disposing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _stopped = Task.CompletedTask;

    public SessionListener(
        FunctionEntry function,
        ServiceBusTriggerAttribute trigger,
        ListenerServices services,
        ILogger<SessionListener> logger)
    {
        _function = function;
        _runner = services.Runner;
        _channel = services.Channel;
        _logger = logger;
        _keepsSessionsWhileDraining = services.StandIn.KeepLocksWhileDraining;
        _processor = Entity.Of(trigger, services.Expressions)
            .CreateProcessor(services.Clients.For(trigger.Connection), Options(services.HostFile.ServiceBus, trigger));
        _processor.ProcessMessageAsync += ProcessAsync;
        _processor.ProcessErrorAsync += ReportAsync;
        _processor.SessionClosingAsync += _ => KeepAsync();
    }

    public Task StartAsync(CancellationToken cancellationToken) => _processor.StartProcessingAsync(cancellationToken);

    /// <summary>
    /// The host only stops its processor, which keeps the sessions accepted so far and renews their locks until it is
    /// closed (azure-sdk-for-net #58170). Closing at once is what its announced correction does.
    /// </summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        if (_keepsSessionsWhileDraining)
        {
            // Not awaited here: it ends when the sessions are given back, which is at the end of the drain.
            _stopped = _processor.StopProcessingAsync();
        }
        else
        {
            await _processor.CloseAsync();
        }

        LogStopped(_function.Name);
    }

    public async ValueTask DisposeAsync()
    {
        _disposing.TrySetResult();
        await _stopped;
        await _processor.CloseAsync();
        _stopping.Dispose();
    }

    /// <summary>A session in the way of being given back stays held for as long as this waits.</summary>
    private Task KeepAsync() =>
        _keepsSessionsWhileDraining && _stopping.IsCancellationRequested ? _disposing.Task : Task.CompletedTask;

    private static ServiceBusSessionProcessorOptions Options(
        ServiceBusSettings settings, ServiceBusTriggerAttribute trigger) => new()
        {
            AutoCompleteMessages = trigger.AutoCompleteMessagesIfSet ?? settings.AutoCompleteMessages,
            PrefetchCount = settings.PrefetchCount,
            MaxAutoLockRenewalDuration = settings.MaxAutoLockRenewalDuration,
            MaxConcurrentSessions = settings.MaxConcurrentSessions,
            MaxConcurrentCallsPerSession = settings.MaxConcurrentCallsPerSession,
            SessionIdleTimeout = settings.SessionIdleTimeout,
        };

    /// <summary>
    /// Whatever is thrown from here makes the processor abandon the message, unless the function settled it. That is so
    /// too for a message left unsettled while the listener stops: the host gives up such an execution as cancelled.
    /// </summary>
    private async Task ProcessAsync(ProcessSessionMessageEventArgs arguments)
    {
        var message = MessageHandle.Of(arguments);
        var session = new SessionHandle(arguments);
        _channel.Open(message);
        _channel.Open(session);
        try
        {
            await RunAsync(arguments, session);
            arguments.CancellationToken.ThrowIfCancellationRequested();
            _stopping.Token.ThrowIfCancellationRequested();
        }
        finally
        {
            _channel.Close(session);
            _channel.Close(message);
        }
    }

    private async Task RunAsync(ProcessSessionMessageEventArgs arguments, SessionHandle session)
    {
        var data = new TriggerData(
            arguments.Message,
            new ServiceBusMessageActions(_channel),
            new ServiceBusSessionMessageActions(_channel, arguments.SessionId, arguments.SessionLockedUntil));
        try
        {
            await _runner.RunAsync(_function, data, (_, _) => Task.CompletedTask, CancellationToken.None);
        }
        finally
        {
            if (session.ReleaseWanted)
            {
                arguments.ReleaseSession();
            }
        }
    }

    private Task ReportAsync(ProcessErrorEventArgs arguments)
    {
        LogError(arguments.Exception, _function.Name, arguments.ErrorSource, arguments.EntityPath);
        return Task.CompletedTask;
    }

    [LoggerMessage(20, LogLevel.Warning, "{Function}: {Source} failed for {Entity}.")]
    private partial void LogError(Exception exception, string function, ServiceBusErrorSource source, string entity);

    [LoggerMessage(22, LogLevel.Debug, "The listener of {Function} has stopped.")]
    private partial void LogStopped(string function);
}
