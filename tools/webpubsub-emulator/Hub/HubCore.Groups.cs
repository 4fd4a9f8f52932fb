namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What became of a change of membership.</summary>
internal enum JoinResult
{
    Done,
    NoSuchConnection,
    Forbidden,
    TooManyGroups,
}

/// <summary>What became of a change of a right.</summary>
internal enum PermissionResult
{
    Done,
    NoSuchConnection,

    /// <summary>The connection has as many rights for single groups as it may.</summary>
    TooMany,
}

/// <summary>One member of a group, as listed.</summary>
internal sealed record GroupMember(string ConnectionId, string? UserId);

/// <summary>Some members of a group in order, and the ordinal after which the next page begins, if there is one.</summary>
internal sealed record GroupPage(IReadOnlyList<GroupMember> Members, long? Next);

internal sealed partial class HubCore
{
    /// <summary>Joins on the client's own request: needs the right to.</summary>
    public JoinResult JoinAsClient(HubConnection connection, GroupName group)
    {
        lock (_gate)
        {
            if (!connection.Permissions.Allows(GroupPermission.JoinLeaveGroup, group)) return JoinResult.Forbidden;
            return _connections.ContainsKey(connection.Id)
                ? JoinLocked(connection, group)
                : JoinResult.NoSuchConnection;
        }
    }

    /// <summary>Leaves on the client's own request: needs the same right as joining.</summary>
    public JoinResult LeaveAsClient(HubConnection connection, GroupName group)
    {
        lock (_gate)
        {
            if (!connection.Permissions.Allows(GroupPermission.JoinLeaveGroup, group)) return JoinResult.Forbidden;
            LeaveLocked(connection, group);
            return JoinResult.Done;
        }
    }

    /// <summary>Adds every chosen connection to every group; returns how many connections were chosen.</summary>
    public int AddToGroups(Target target, SendScope scope, IReadOnlyCollection<GroupName> groups)
    {
        lock (_gate)
        {
            // Chosen first: joining may change what the filter would say of the same connection.
            var chosen = SelectLocked(target, scope).ToList();
            foreach (var connection in chosen)
            {
                foreach (var group in groups) JoinLocked(connection, group);
            }

            return chosen.Count;
        }
    }

    /// <summary>Takes every chosen connection out of the groups, or out of all when <paramref name="groups"/> is null.</summary>
    public int RemoveFromGroups(Target target, SendScope scope, IReadOnlyCollection<GroupName>? groups)
    {
        lock (_gate)
        {
            var chosen = SelectLocked(target, scope).ToList();
            foreach (var connection in chosen)
            {
                foreach (var group in groups ?? [.. connection.Groups]) LeaveLocked(connection, group);
            }

            return chosen.Count;
        }
    }

    /// <summary>
    /// The members of a group that opened after the ordinal <paramref name="after"/>, at most <paramref name="count"/>.
    /// A walk by ordinals is stable: it meets everyone who stays, and never one of them twice.
    /// </summary>
    public GroupPage ListMembers(GroupName group, long after, int count)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var members)) return new GroupPage([], null);
            var page = members.Where(member => member.Ordinal > after).Take(count + 1).ToList();
            var listed = page.Take(count).Select(member => new GroupMember(member.Id, member.UserId)).ToList();
            return new GroupPage(listed, page.Count > count ? page[count - 1].Ordinal : null);
        }
    }

    public bool IsMember(HubConnection connection, GroupName group)
    {
        lock (_gate) return connection.Groups.Contains(group);
    }

    /// <summary>
    /// Gives, or with <paramref name="granted"/> false takes, a right: for one group, or for all when there is none.
    /// Memberships stay as they are.
    /// </summary>
    public PermissionResult SetPermission(
        string connectionId, GroupPermission permission, GroupName? group, bool granted)
    {
        lock (_gate)
        {
            if (!_connections.TryGetValue(connectionId, out var connection)) return PermissionResult.NoSuchConnection;
            if (group is { } name)
            {
                return connection.Permissions.TrySet(permission, name, granted)
                    ? PermissionResult.Done
                    : PermissionResult.TooMany;
            }

            connection.Permissions.SetAll(permission, granted);
            return PermissionResult.Done;
        }
    }

    public bool HasPermission(string connectionId, GroupPermission permission, GroupName? group)
    {
        lock (_gate)
        {
            if (!_connections.TryGetValue(connectionId, out var connection)) return false;
            return group is { } name
                ? connection.Permissions.Allows(permission, name)
                : connection.Permissions.AllowsAll(permission);
        }
    }

    private JoinResult JoinLocked(HubConnection connection, GroupName group)
    {
        if (connection.Groups.Contains(group)) return JoinResult.Done;
        if (connection.Groups.Count >= limits.MaxGroupsPerConnection) return JoinResult.TooManyGroups;
        connection.Groups.Add(group);
        AddLocked(_groups, group, connection);
        return JoinResult.Done;
    }

    private void LeaveLocked(HubConnection connection, GroupName group)
    {
        if (connection.Groups.Remove(group)) RemoveLocked(_groups, group, connection);
    }
}
