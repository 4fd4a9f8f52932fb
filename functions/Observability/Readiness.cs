using Microsoft.Extensions.Hosting;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Observability;

/// <summary>
/// Whether this process should be sent requests: not before it has reached the store once, and not from the moment it
/// is told to stop. A store that fails later does not count: it fails for all processes alike, and with none left every
/// callback would close its client's connection.
/// </summary>
internal sealed class Readiness(IHostApplicationLifetime lifetime, InstanceRegistry registry, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile bool _hasReachedStore;

    /// <summary>Null when ready; otherwise the reason against it.</summary>
    public async Task<string?> ReasonAgainstAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return "stopping";
        }

        if (_hasReachedStore)
        {
            return null;
        }

        try
        {
            await registry.ListAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken);
            _hasReachedStore = true;
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return $"store: {exception.GetType().Name}";
        }
    }
}
