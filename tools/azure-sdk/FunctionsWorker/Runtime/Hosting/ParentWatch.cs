using Microsoft.Extensions.Hosting;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>Stops the app when its standard input ends, so that nothing outlives a parent that was killed.</summary>
internal sealed class ParentWatch(StandInSettings settings, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.ExitWithParent)
        {
            // A read of the standard input cannot be cancelled: it gets a thread that the process does not wait for.
            new Thread(ReadToEnd) { IsBackground = true, Name = "parent-watch" }.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void ReadToEnd()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (input.Read(buffer) > 0)
        {
        }

        lifetime.StopApplication();
    }
}
