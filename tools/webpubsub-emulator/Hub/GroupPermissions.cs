namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What a client may do with groups.</summary>
internal enum GroupPermission
{
    JoinLeaveGroup,
    SendToGroup,
}

/// <summary>
/// The rights of one connection: general, for one group, or for a pattern of groups. They begin as the roles of the
/// token and of the connect response; later REST gives and takes them, for all groups or for one. What was last said of
/// one group holds for it, also against a general right or a pattern.
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-client-protocols
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-wildcard-group-roles
/// </summary>
internal sealed class GroupPermissions
{
    /// <summary>Groups of one connection that differ from what holds in general, as in the service.</summary>
    public const int MaxGroups = 1000;

    /// <summary>Patterns of one connection; the service leaves out what is beyond.</summary>
    public const int MaxPatterns = 10;

    private const string Prefix = "webpubsub.";

    private readonly Rights _join = new();
    private readonly Rights _send = new();

    /// <summary>
    /// Adds what a role grants. Roles that are not the service's are the application's own and change nothing, and
    /// neither do those with a pattern that is none.
    /// </summary>
    public void AddRole(string role)
    {
        if (!role.StartsWith(Prefix, StringComparison.Ordinal)) return;
        var rest = role.AsSpan(Prefix.Length);
        Add(rest, "joinLeaveGroup", _join);
        Add(rest, "sendToGroup", _send);
    }

    public bool Allows(GroupPermission permission, GroupName group) => Of(permission).Allows(group);

    /// <summary>Whether the right is held for every group that nothing else was said of.</summary>
    public bool AllowsAll(GroupPermission permission) => Of(permission).All;

    /// <summary>Gives or takes a right for one group; false when that would be one exception too many.</summary>
    public bool TrySet(GroupPermission permission, GroupName group, bool allowed) =>
        Of(permission).TrySet(group, allowed);

    /// <summary>Gives or takes a right for all groups; whatever was said of some before is forgotten.</summary>
    public void SetAll(GroupPermission permission, bool allowed) => Of(permission).SetAll(allowed);

    private static void Add(ReadOnlySpan<char> role, string action, Rights rights)
    {
        if (!role.StartsWith(action, StringComparison.Ordinal)) return;
        var rest = role[action.Length..];
        if (rest.IsEmpty) rights.All = true;
        else if (rest[0] == '.' && GroupName.TryParse(rest[1..].ToString(), out var group)) rights.TrySet(group, true);
        else if (rest.StartsWith("s.")) rights.AddPattern(rest[2..].ToString());
    }

    private Rights Of(GroupPermission permission) => permission == GroupPermission.JoinLeaveGroup ? _join : _send;

    private sealed class Rights
    {
        private readonly Dictionary<GroupName, bool> _exceptions = [];
        private readonly List<GroupPattern> _patterns = [];

        public bool All { get; set; }

        public bool Allows(GroupName group) =>
            _exceptions.TryGetValue(group, out var allowed) ? allowed : AllowsByRule(group);

        public bool TrySet(GroupName group, bool allowed)
        {
            if (AllowsByRule(group) == allowed)
            {
                _exceptions.Remove(group);
                return true;
            }

            if (_exceptions.Count >= MaxGroups && !_exceptions.ContainsKey(group)) return false;
            _exceptions[group] = allowed;
            return true;
        }

        public void SetAll(bool allowed)
        {
            All = allowed;
            _exceptions.Clear();
            _patterns.Clear();
        }

        public void AddPattern(string text)
        {
            if (_patterns.Count < MaxPatterns && GroupPattern.TryParse(text, out var pattern)) _patterns.Add(pattern);
        }

        private bool AllowsByRule(GroupName group) => All || _patterns.Exists(pattern => pattern.Matches(group));
    }
}
