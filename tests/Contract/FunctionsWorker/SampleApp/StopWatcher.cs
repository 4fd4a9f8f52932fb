using Microsoft.Extensions.Hosting;

namespace ServerlessGateway.Contract.SampleApp;

/// <summary>Writes down when the app learns that it stops.</summary>
internal sealed class StopWatcher(IHostApplicationLifetime lifetime, EventLog log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => log.Add("stopping"));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
