namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>The hubs of one instance, made when first named, in the order in which they were named.</summary>
internal sealed class HubRegistry(HubLimits limits, TimeProvider time, IMessageFaults? faults = null)
{
    private readonly Lock _gate = new();
    private readonly Lock _opening = new();
    private readonly Dictionary<HubName, HubCore> _byName = [];
    private readonly List<HubCore> _inOrder = [];

    public IReadOnlyList<HubCore> All
    {
        get
        {
            lock (_gate) return [.. _inOrder];
        }
    }

    public int ConnectionCount => All.Sum(hub => hub.ConnectionCount);

    /// <summary>
    /// Opens a connection of one of the hubs; null when the instance is full or the id is taken. One at a time, since the
    /// limit is over all hubs.
    /// </summary>
    public HubConnection? TryOpen(
        HubCore hub, ConnectionSpec spec, IOutboxListener? outboxListener, IConnectionListener? listener)
    {
        lock (_opening)
        {
            return ConnectionCount < limits.MaxConnections ? hub.TryOpen(spec, outboxListener, listener) : null;
        }
    }

    /// <summary>The hub of that name; null when it would be one more than the instance may have.</summary>
    public HubCore? Get(HubName name)
    {
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out var hub)) return hub;
            if (_inOrder.Count >= limits.MaxHubs) return null;
            hub = new HubCore(name, limits, time, faults);
            _byName.Add(name, hub);
            _inOrder.Add(hub);
            return hub;
        }
    }
}
