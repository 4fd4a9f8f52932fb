namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// One hub: its connections, users and groups, and the fan-out to them. It has no sockets, threads or clock of its own;
/// all that leaves it goes into the connections' outboxes and, once for each connection, its end to a listener. Every
/// operation takes one lock for as long as queues and sets are touched, so messages of one group reach all its members
/// in one order, and the order of iteration is the order in which connections opened: on one thread the same calls give
/// the same frames.
/// </summary>
internal sealed partial class HubCore(
    HubName name, HubLimits limits, TimeProvider time, IMessageFaults? faults = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HubConnection> _connections = new(StringComparer.Ordinal);
    private readonly SortedSet<HubConnection> _ordered = new(HubConnection.ByOrdinal);
    private readonly Dictionary<string, SortedSet<HubConnection>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<GroupName, SortedSet<HubConnection>> _groups = [];
    private long _lastOrdinal;

    public HubName Name { get; } = name;

    public int ConnectionCount
    {
        get
        {
            lock (_gate) return _connections.Count;
        }
    }

    /// <summary>
    /// Opens a connection: its first frame is <c>connected</c>, then it is a member of its groups. Null when the hub is
    /// full or the id is taken.
    /// </summary>
    public HubConnection? TryOpen(
        ConnectionSpec spec, IOutboxListener? listener = null, IConnectionListener? lifetime = null)
    {
        var outbox = NewOutbox(spec.IsReliable, listener);
        lock (_gate)
        {
            if (_connections.Count >= limits.MaxConnections || _connections.ContainsKey(spec.ConnectionId)) return null;
            var connection = new HubConnection(spec, ++_lastOrdinal, outbox, limits, time.GetUtcNow(), lifetime);
            _connections.Add(connection.Id, connection);
            _ordered.Add(connection);
            if (connection.UserId is { } user) AddLocked(_users, user, connection);
            if (connection.Codec.Connected(connection.Id, connection.UserId, spec.ReconnectionToken) is { } connected)
            {
                outbox.TryEnqueue(connected);
            }

            foreach (var group in spec.Groups) JoinLocked(connection, group);
            return connection;
        }
    }

    /// <summary>
    /// Ends one connection and takes it out of every set; false if it had ended before. A server-side end is announced
    /// with a <c>disconnected</c> frame; a slow or lost client gets nothing more. Where a reliable client has only lost
    /// its socket, the connection goes offline instead, and false says that it was so already.
    /// </summary>
    public bool End(HubConnection connection, ConnectionEnd end)
    {
        lock (_gate) return EndLocked(connection, end);
    }

    /// <summary>Ends every connection of the target that the scope leaves in; returns how many.</summary>
    public int EndAll(Target target, SendScope scope, ConnectionEnd end)
    {
        lock (_gate)
        {
            // Chosen first, because ending changes the sets that are walked.
            return SelectLocked(target, scope).ToList().Count(connection => EndLocked(connection, end));
        }
    }

    public HubConnection? Find(string connectionId)
    {
        lock (_gate) return _connections.GetValueOrDefault(connectionId);
    }

    public bool Exists(Target target)
    {
        lock (_gate) return SelectLocked(target, SendScope.Everyone).Any();
    }

    private static void AddLocked<TKey>(
        Dictionary<TKey, SortedSet<HubConnection>> index, TKey key, HubConnection connection)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var members))
        {
            index.Add(key, members = new SortedSet<HubConnection>(HubConnection.ByOrdinal));
        }

        members.Add(connection);
    }

    private static void RemoveLocked<TKey>(
        Dictionary<TKey, SortedSet<HubConnection>> index, TKey key, HubConnection connection)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var members) || !members.Remove(connection)) return;
        if (members.Count == 0) index.Remove(key);
    }

    private bool EndLocked(HubConnection connection, ConnectionEnd end)
    {
        if (!IsOpenLocked(connection)) return false;
        if (connection.Replay is not null && end.IsRecoverable) return GoOfflineLocked(connection, end);
        FinishLocked(connection, end);
        return true;
    }

    private bool IsOpenLocked(HubConnection connection) =>
        ReferenceEquals(_connections.GetValueOrDefault(connection.Id), connection);

    private void FinishLocked(HubConnection connection, ConnectionEnd end)
    {
        _connections.Remove(connection.Id);
        _ordered.Remove(connection);
        if (connection.UserId is { } user) RemoveLocked(_users, user, connection);
        foreach (var group in connection.Groups) RemoveLocked(_groups, group, connection);
        connection.Groups.Clear();
        connection.Recovery?.Dispose();
        connection.End = end;

        if (end.IsAnnounced && connection.Codec.Disconnected(end.Reason) is { } told)
        {
            connection.Outbox.TryEnqueue(told);
        }

        connection.Outbox.Complete(end, discard: !end.IsAnnounced);
        connection.Listener?.OnEnded(end);
    }

    private IEnumerable<HubConnection> SelectLocked(Target target, SendScope scope)
    {
        IEnumerable<HubConnection> candidates = target switch
        {
            Target.Group group => _groups.TryGetValue(group.Name, out var members) ? members : [],
            Target.User user => _users.TryGetValue(user.UserId, out var own) ? own : [],
            Target.Connection one => _connections.TryGetValue(one.ConnectionId, out var single) ? [single] : [],
            _ => _ordered,
        };

        if (scope.Excluded is { Count: > 0 } excluded)
        {
            candidates = candidates.Where(candidate => !excluded.Contains(candidate.Id));
        }

        return scope.Filter is { } filter
            ? candidates.Where(candidate => filter(new FilterView(candidate)))
            : candidates;
    }

    private sealed class FilterView(HubConnection connection) : IFilterSubject
    {
        public string ConnectionId => connection.Id;

        public string? UserId => connection.UserId;

        public string? Subprotocol => connection.Spec.Subprotocol;

        public int GroupCount => connection.Groups.Count;

        public bool IsInGroup(string group) => GroupName.TryParse(group, out var name) && connection.Groups.Contains(name);
    }
}
