namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>What brings work to a function without being asked: a queue, a schedule.</summary>
internal interface ITriggerListener : IAsyncDisposable
{
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Takes no further work and waits for the work in hand. What the listener holds stays held until it is disposed.</summary>
    Task StopAsync();
}
