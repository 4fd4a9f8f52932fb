using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>
/// Roles, patterns, and what REST gives and takes later:
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-wildcard-group-roles.
/// </summary>
public sealed class GroupPermissionsTests
{
    private const GroupPermission Send = GroupPermission.SendToGroup;

    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "A.b", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a.", true)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("a.**", "a.b.c", true)]
    [InlineData("*", "a.b", false)]
    [InlineData("*.*", "a.b", true)]
    [InlineData("?", "a", true)]
    [InlineData("?", ".", false)]
    [InlineData("?", "ab", false)]
    [InlineData("a*c*e", "abcde", true)]
    [InlineData("a*c*e", "abcd", false)]
    [InlineData("***", "a.b", true)]
    [InlineData(@"a\*", "a*", true)]
    [InlineData(@"a\*", "ab", false)]
    [InlineData(@"a\?\\", @"a?\", true)]
    [InlineData(@"a\*.***b", "a*.x.b", true)]
    [InlineData("clientA.rooms.?1", "clientA.rooms.11", true)]
    [InlineData("clientA.rooms.?1", "clientA.rooms.1", false)]
    public void A_pattern_matches_whole_names_only(string text, string group, bool matches)
    {
        Assert.True(GroupPattern.TryParse(text, out var pattern));
        Assert.Equal(matches, pattern.Matches(Name(group)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("******")]
    [InlineData("*a*b*c***")]
    [InlineData(@"a\")]
    [InlineData(@"a\b")]
    public void A_pattern_that_the_service_does_not_take_grants_nothing(string text)
    {
        var permissions = CreateSut($"webpubsub.sendToGroups.{text}", "webpubsub.sendToGroups.ok");

        Assert.False(GroupPattern.TryParse(text, out _));
        Assert.False(permissions.Allows(Send, Name("a")));
        Assert.True(permissions.Allows(Send, Name("ok")));
    }

    [Fact]
    public void Escaped_asterisks_do_not_count_and_length_ends_at_1024()
    {
        Assert.True(GroupPattern.TryParse(@"\*\*\*\*\*\**", out _));
        Assert.True(GroupPattern.TryParse(new string('a', 1024), out _));
        Assert.False(GroupPattern.TryParse(new string('a', 1025), out _));
    }

    [Fact]
    public void A_pattern_of_many_runs_takes_no_exponential_time()
    {
        var name = Name(new string('a', 1000) + "b");

        Assert.True(GroupPattern.TryParse("*a*a*a*a*c", out var pattern));
        Assert.False(pattern.Matches(name));
    }

    [Fact]
    public void Roles_give_one_right_each_and_ten_patterns_at_most()
    {
        var permissions = CreateSut(
            ["webpubsub.joinLeaveGroup.a*", .. Enumerable.Range(0, 12).Select(n => $"webpubsub.joinLeaveGroups.p{n}.*"), "admin"]);

        Assert.True(permissions.Allows(GroupPermission.JoinLeaveGroup, Name("a*")));
        Assert.False(permissions.Allows(GroupPermission.JoinLeaveGroup, Name("ab")));
        Assert.False(permissions.Allows(Send, Name("a*")));
        Assert.True(permissions.Allows(GroupPermission.JoinLeaveGroup, Name("p9.x")));
        Assert.False(permissions.Allows(GroupPermission.JoinLeaveGroup, Name("p10.x")));
    }

    [Theory]
    [InlineData("webpubsub.sendToGroup")]
    [InlineData("webpubsub.sendToGroups.g*")]
    public void One_group_can_be_taken_out_of_a_wider_right_and_given_back(string role)
    {
        var permissions = CreateSut(role);

        permissions.TrySet(Send, Name("g1"), allowed: false);
        Assert.False(permissions.Allows(Send, Name("g1")));
        Assert.True(permissions.Allows(Send, Name("g2")));

        permissions.TrySet(Send, Name("g1"), allowed: true);
        Assert.True(permissions.Allows(Send, Name("g1")));
    }

    [Fact]
    public void A_change_for_all_groups_forgets_what_was_said_of_some()
    {
        var permissions = CreateSut("webpubsub.sendToGroup.g1", "webpubsub.sendToGroups.p*");

        permissions.SetAll(Send, allowed: false);
        Assert.False(permissions.Allows(Send, Name("g1")));
        Assert.False(permissions.Allows(Send, Name("p1")));

        permissions.TrySet(Send, Name("g1"), allowed: false);
        permissions.SetAll(Send, allowed: true);
        Assert.True(permissions.Allows(Send, Name("g1")));
        Assert.True(permissions.AllowsAll(Send));
    }

    [Fact]
    public void Exceptions_are_bounded_and_a_full_set_still_changes_what_it_has()
    {
        var permissions = CreateSut();
        for (var n = 0; n < GroupPermissions.MaxGroups; n++) Assert.True(permissions.TrySet(Send, Name($"g{n}"), allowed: true));

        Assert.False(permissions.TrySet(Send, Name("more"), allowed: true));
        Assert.False(permissions.Allows(Send, Name("more")));
        Assert.True(permissions.TrySet(Send, Name("g1"), allowed: false));
        Assert.True(permissions.TrySet(Send, Name("more"), allowed: true));
    }

    private static GroupName Name(string text) => GroupName.Parse(text);

    private static GroupPermissions CreateSut(params string[] roles)
    {
        var permissions = new GroupPermissions();
        foreach (var role in roles) permissions.AddRole(role);
        return permissions;
    }
}
