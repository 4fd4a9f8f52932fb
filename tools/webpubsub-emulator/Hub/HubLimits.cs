namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>The bounds of one hub, each with the reason for its default.</summary>
internal sealed record HubLimits
{
    /// <summary>The largest message the service takes or sends: 1 MB.</summary>
    public int MaxMessageBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// How much may wait for one client before it counts as slow: the 16 MiB that the service keeps for a reliable
    /// client. Frames are shared between receivers, so a broadcast counts here once per client but is held once.
    /// </summary>
    public int MaxOutboxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many frames may wait for one client; bounds what the queue itself costs when frames are tiny.</summary>
    public int MaxOutboxFrames { get; init; } = 8192;

    /// <summary>
    /// Messages that a reliable client may leave unacknowledged before its connection ends, as in the service.
    /// </summary>
    public int MaxUnacknowledgedMessages { get; init; } = 1000;

    /// <summary>The same in bytes.</summary>
    public long MaxUnacknowledgedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long a reliable connection outlives its socket: the 30 s that the service promises at least.</summary>
    public TimeSpan RecoveryWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections of one instance. A unit of the service holds 1,000 and it scales to 100 of them.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Groups of one connection; the service publishes no cap, this one only stops a runaway client.</summary>
    public int MaxGroupsPerConnection { get; init; } = 10_000;

    /// <summary>Acknowledgement ids remembered per connection, so that a repeated request is not carried out twice.</summary>
    public int RememberedAckIds { get; init; } = 1000;

    /// <summary>Hubs of one instance: any valid token may name a new one, so their number needs an end.</summary>
    public int MaxHubs { get; init; } = 100;
}
