using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>The configured instances, with the state that the registry holds of them.</summary>
internal sealed class InstanceDirectory(InstanceRegistry registry, IOptions<InstancesOptions> options) : IInstanceDirectory
{
    /// <inheritdoc/>
    public IReadOnlyList<GatewayInstance> Instances { get; } = [.. options.Value.Instances.Select(ToInstance)];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlySet<InstanceName>> ListOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var rows = await registry.ListAsync(cancellationToken);
            return rows.Where(row => row.State == InstanceState.Active).Select(row => row.Name).ToHashSet();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException("The instances could not be read.", exception);
        }
    }

    private static GatewayInstance ToInstance(InstanceOptions options)
    {
        var (endpoint, keys) = InstanceConnection.Read(options);
        return new GatewayInstance(InstanceName.Parse(options.Name), endpoint, options.Weight, keys, options.ObjectId);
    }
}
