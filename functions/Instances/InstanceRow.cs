namespace ServerlessGateway.Instances;

/// <summary>One instance's row.</summary>
/// <param name="Name">The instance.</param>
/// <param name="State">Its state.</param>
/// <param name="Since">When the state was entered.</param>
/// <param name="Tag">The store's tag; null for a row that is not stored yet.</param>
internal sealed record InstanceRow(InstanceName Name, InstanceState State, DateTimeOffset Since, string? Tag = null)
{
    /// <summary>What sends have failed there, and how far that is made good.</summary>
    public RepairState Repair { get; init; } = new();

    /// <summary>True where sequenced messages have to go: everywhere clients may be.</summary>
    public bool IsDestination => State != InstanceState.Stopped;
}
