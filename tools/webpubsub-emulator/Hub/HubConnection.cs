namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// One client of a hub. Who it is never changes; groups and permissions change only inside the hub, under its lock;
/// acknowledgement ids and state belong to the connection's own sequence of requests. A connection has one outbox at a
/// time. That of a reliable client may be replaced, when the client comes back on another socket; in between the
/// connection is offline, and everything else about it goes on.
/// </summary>
internal sealed class HubConnection
{
    private long _eventNumber;
    private Outbox _outbox;
    private volatile ConnectionEnd? _end;

    internal HubConnection(
        ConnectionSpec spec,
        long ordinal,
        Outbox outbox,
        HubLimits limits,
        DateTimeOffset since,
        IConnectionListener? listener)
    {
        Spec = spec;
        Codec = ClientCodec.For(spec);
        Ordinal = ordinal;
        _outbox = outbox;
        Since = since;
        Listener = listener;
        if (spec.IsReliable) Replay = new ReplayBuffer(limits.MaxUnacknowledgedMessages, limits.MaxUnacknowledgedBytes);
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

    public ClientCodec Codec { get; }

    /// <summary>What goes to the present socket, or went to the last one while the connection is offline.</summary>
    public Outbox Outbox
    {
        get => Volatile.Read(ref _outbox);
        internal set => Volatile.Write(ref _outbox, value);
    }

    /// <summary>Whether there is a socket. Only a reliable connection goes on without one.</summary>
    public bool IsOnline => Outbox.End is null;

    /// <summary>How the connection ended; null as long as it goes on, on a socket or without.</summary>
    public ConnectionEnd? End
    {
        get => _end;
        internal set => _end = value;
    }

    /// <summary>What the event handler last set as <c>ce-connectionState</c>.</summary>
    public string? State { get; set; }

    public AckMemory AckIds { get; }

    internal SortedSet<GroupName> Groups { get; } = [];

    internal GroupPermissions Permissions { get; } = new();

    /// <summary>What a reliable client has still to acknowledge; null for the others.</summary>
    internal ReplayBuffer? Replay { get; }

    internal IConnectionListener? Listener { get; }

    /// <summary>Ends the connection when its client does not come back in time.</summary>
    internal ITimer? Recovery { get; set; }

    /// <summary>Numbers the events of this connection from 1, in the order in which they are raised.</summary>
    public long NextEventNumber() => Interlocked.Increment(ref _eventNumber);
}
