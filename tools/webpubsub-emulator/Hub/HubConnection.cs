namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// One client of a hub. Who it is never changes; groups and permissions change only inside the hub, under its lock;
/// acknowledgement ids and state belong to the connection's own sequence of requests.
/// </summary>
internal sealed class HubConnection
{
    private long _eventNumber;

    internal HubConnection(ConnectionSpec spec, long ordinal, Outbox outbox, HubLimits limits, DateTimeOffset since)
    {
        Spec = spec;
        Ordinal = ordinal;
        Outbox = outbox;
        Since = since;
        State = spec.State;
        AckIds = new AckMemory(limits.RememberedAckIds);
        foreach (var role in spec.Roles) Permissions.AddRole(role);
    }

    public static IComparer<HubConnection> ByOrdinal { get; } =
        Comparer<HubConnection>.Create((left, right) => left.Ordinal.CompareTo(right.Ordinal));

    public ConnectionSpec Spec { get; }

    public string Id => Spec.ConnectionId;

    public string? UserId => Spec.UserId;

    /// <summary>The place in the order of opening; fan-out goes by it, so that a run can be repeated exactly.</summary>
    public long Ordinal { get; }

    public DateTimeOffset Since { get; }

    public Outbox Outbox { get; }

    /// <summary>What the event handler last set as <c>ce-connectionState</c>.</summary>
    public string? State { get; set; }

    public AckMemory AckIds { get; }

    internal SortedSet<GroupName> Groups { get; } = [];

    internal GroupPermissions Permissions { get; } = new();

    /// <summary>Numbers the events of this connection from 1, in the order in which they are raised.</summary>
    public long NextEventNumber() => Interlocked.Increment(ref _eventNumber);
}
