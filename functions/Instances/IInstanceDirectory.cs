namespace ServerlessGateway.Instances;

/// <summary>The instances of the gateway, as negotiate and the callbacks need to know them.</summary>
internal interface IInstanceDirectory
{
    /// <summary>All that are configured; they do not change while the process runs.</summary>
    IReadOnlyList<GatewayInstance> Instances { get; }

    /// <summary>The names of those that take new connections now; a few seconds old at most.</summary>
    ValueTask<IReadOnlySet<InstanceName>> ListOpenAsync(CancellationToken cancellationToken);
}

/// <summary>One configured instance.</summary>
/// <param name="Name">Its name, which is also part of the route that it calls.</param>
/// <param name="Endpoint">Its address; the trigger's edge knows an instance by the host in it.</param>
/// <param name="Weight">Its share of new connections; above 0.</param>
/// <param name="AccessKeys">One or two keys that sign its callbacks; none where local authentication is off.
/// Secrets.</param>
/// <param name="ObjectId">The object id of its managed identity, which its callbacks' tokens name; null where it signs
/// by key.</param>
internal sealed record GatewayInstance(
    InstanceName Name, Uri Endpoint, double Weight, IReadOnlyList<string> AccessKeys, string? ObjectId)
{
    /// <summary>Keeps the keys out of logs.</summary>
    public override string ToString() => Name.Value;
}
