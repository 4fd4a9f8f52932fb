namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What a client may do with groups.</summary>
internal enum GroupPermission
{
    JoinLeaveGroup,
    SendToGroup,
}

/// <summary>
/// The rights of one connection: general, for one group, or for a pattern of groups. They begin as the roles of the
/// token and of the connect response, and REST adds and removes general and single ones later.
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-client-protocols
/// </summary>
internal sealed class GroupPermissions
{
    private const string Prefix = "webpubsub.";

    private readonly Rights _join = new();
    private readonly Rights _send = new();

    /// <summary>Adds what a role grants. Roles that are not the service's are the application's own and change nothing.</summary>
    public void AddRole(string role)
    {
        if (!role.StartsWith(Prefix, StringComparison.Ordinal)) return;
        var rest = role.AsSpan(Prefix.Length);
        Add(rest, "joinLeaveGroup", _join);
        Add(rest, "sendToGroup", _send);
    }

    public bool Allows(GroupPermission permission, GroupName group) => Of(permission).Allows(group);

    /// <summary>Whether the right is held for every group.</summary>
    public bool AllowsAll(GroupPermission permission) => Of(permission).All;

    public void Grant(GroupPermission permission, GroupName? group)
    {
        if (group is { } name) Of(permission).Groups.Add(name);
        else Of(permission).All = true;
    }

    public void Revoke(GroupPermission permission, GroupName? group)
    {
        if (group is { } name) Of(permission).Groups.Remove(name);
        else Of(permission).All = false;
    }

    private static void Add(ReadOnlySpan<char> role, string action, Rights rights)
    {
        if (!role.StartsWith(action, StringComparison.Ordinal)) return;
        var rest = role[action.Length..];
        if (rest.IsEmpty) rights.All = true;
        else if (rest[0] == '.' && GroupName.TryParse(rest[1..].ToString(), out var group)) rights.Groups.Add(group);
        else if (rest.Length > 2 && rest.StartsWith("s.")) rights.Patterns.Add(new GroupPattern(rest[2..].ToString()));
    }

    private Rights Of(GroupPermission permission) => permission == GroupPermission.JoinLeaveGroup ? _join : _send;

    private sealed class Rights
    {
        public bool All { get; set; }

        public HashSet<GroupName> Groups { get; } = [];

        public List<GroupPattern> Patterns { get; } = [];

        public bool Allows(GroupName group) =>
            All || Groups.Contains(group) || Patterns.Exists(pattern => pattern.Matches(group));
    }
}
