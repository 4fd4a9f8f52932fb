using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>Runs a function for messages that belong to no session, many side by side.</summary>
internal sealed partial class MessageListener : ITriggerListener
{
    private readonly FunctionEntry _function;
    private readonly FunctionRunner _runner;
    private readonly SettlementChannel _channel;
    private readonly ServiceBusProcessor _processor;
    private readonly ILogger<MessageListener> _logger;
    private readonly CancellationTokenSource _stopping = new();

    public MessageListener(
        FunctionEntry function,
        ServiceBusTriggerAttribute trigger,
        ListenerServices services,
        ILogger<MessageListener> logger)
    {
        _function = function;
        _runner = services.Runner;
        _channel = services.Channel;
        _logger = logger;
        _processor = Entity.Of(trigger, services.Expressions)
            .CreateProcessor(services.Clients.For(trigger.Connection), Options(services.HostFile.ServiceBus, trigger));
        _processor.ProcessMessageAsync += ProcessAsync;
        _processor.ProcessErrorAsync += ReportAsync;
    }

    public Task StartAsync(CancellationToken cancellationToken) => _processor.StartProcessingAsync(cancellationToken);

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _processor.StopProcessingAsync();
        LogStopped(_function.Name);
    }

    public async ValueTask DisposeAsync()
    {
        await _processor.CloseAsync();
        _stopping.Dispose();
    }

    private static ServiceBusProcessorOptions Options(
        ServiceBusSettings settings, ServiceBusTriggerAttribute trigger) => new()
        {
            AutoCompleteMessages = trigger.AutoCompleteMessagesIfSet ?? settings.AutoCompleteMessages,
            PrefetchCount = settings.PrefetchCount,
            MaxAutoLockRenewalDuration = settings.MaxAutoLockRenewalDuration,
            MaxConcurrentCalls = settings.MaxConcurrentCalls,
        };

    /// <summary>As for sessions: what is thrown from here abandons the message, unless the function settled it.</summary>
    private async Task ProcessAsync(ProcessMessageEventArgs arguments)
    {
        var message = MessageHandle.Of(arguments);
        _channel.Open(message);
        try
        {
            var data = new TriggerData(arguments.Message, new ServiceBusMessageActions(_channel));
            await _runner.RunAsync(_function, data, (_, _) => Task.CompletedTask, CancellationToken.None);
            arguments.CancellationToken.ThrowIfCancellationRequested();
            _stopping.Token.ThrowIfCancellationRequested();
        }
        finally
        {
            _channel.Close(message);
        }
    }

    private Task ReportAsync(ProcessErrorEventArgs arguments)
    {
        LogError(arguments.Exception, _function.Name, arguments.ErrorSource, arguments.EntityPath);
        return Task.CompletedTask;
    }

    [LoggerMessage(21, LogLevel.Warning, "{Function}: {Source} failed for {Entity}.")]
    private partial void LogError(Exception exception, string function, ServiceBusErrorSource source, string entity);

    [LoggerMessage(23, LogLevel.Debug, "The listener of {Function} has stopped.")]
    private partial void LogStopped(string function);
}
