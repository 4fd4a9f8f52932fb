using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>
/// Starts the listeners once everything else of the app has started, and drains before anything else of it stops.
/// </summary>
internal sealed partial class WorkerService(
    IEnumerable<ITriggerListener> listeners,
    FunctionCatalog catalog,
    Drain drain,
    ReadyLine ready,
    ILogger<WorkerService> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var function in catalog.Functions)
        {
            LogFunction(function.Name, function.Trigger.GetType().Name);
        }

        await Task.WhenAll(listeners.Select(listener => listener.StartAsync(cancellationToken)));
        ready.Write();
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => drain.CompleteAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(10, LogLevel.Debug, "Found function {Function} ({Trigger}).")]
    private partial void LogFunction(string function, string trigger);
}
