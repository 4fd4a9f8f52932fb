using System.Text.Json;
using System.Text.RegularExpressions;
using ServerlessGateway.Infrastructure.Tests.Bicep;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Identity;

/// <summary>
/// What is granted is exactly what is called: every call has its permission, no assignment can be left out, and no
/// smaller built-in role would do. <c>Data/calls.json</c> says what each call needs, <c>Data/roles.json</c> what roles
/// permit.
/// </summary>
public sealed class GrantTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly CallList Calls = Read<CallList>("calls.json");
    private static readonly RoleList Roles = Read<RoleList>("roles.json");

    public static TheoryData<string> Profiles => [.. Snapshot.Profiles];

    [Fact]
    public void Every_call_of_the_compiled_app_is_listed_with_what_it_needs_and_nothing_else_is()
    {
        var listed = Calls.None.Members.Concat(Calls.Calls.SelectMany(call => call.Members)).Order(StringComparer.Ordinal);

        Assert.Equal(CalledMembers.Of(typeof(TableOptions).Assembly.Location), listed);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Every_need_is_granted(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);
        var grants = GrantsOf(snapshot);

        Assert.All(NeedsOf(snapshot), need => Assert.True(IsMet(need, grants), $"Nothing grants {need.Permission} on {need.Resource}."));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task No_grant_can_be_left_out_or_be_smaller(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);
        var grants = GrantsOf(snapshot);
        var needs = NeedsOf(snapshot);

        foreach (var grant in grants)
        {
            var others = grants.Where(other => other != grant).ToList();
            Assert.False(needs.All(need => IsMet(need, others)), $"{grant.Role.Name} on {grant.Scope} is not needed.");

            var smaller = Roles.Roles.Where(role => role != grant.Role && IsWithin(role, grant.Role) && !IsWithin(grant.Role, role));
            Assert.All(smaller, role => Assert.False(
                needs.All(need => IsMet(need, [.. others, grant with { Role = role }])),
                $"{role.Name} on {grant.Scope} would do instead of {grant.Role.Name}."));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Only_the_app_is_granted_anything_and_each_grant_says_why(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);
        var identity = (string)snapshot.Of("Microsoft.ManagedIdentity/userAssignedIdentities").Single()["id"]!;

        Assert.All(snapshot.Of("Microsoft.Authorization/roleAssignments"), assignment =>
        {
            var properties = assignment["properties"]!;
            Assert.Contains($"'{identity}'", (string)properties["principalId"]!, StringComparison.Ordinal);
            Assert.False(string.IsNullOrWhiteSpace((string?)properties["description"]));
            Assert.Equal("ServicePrincipal", (string?)properties["principalType"]);
        });
    }

    [Fact]
    public async Task A_backend_that_names_its_identity_may_read_its_subscription_and_send_answers_and_no_more()
    {
        const string Backend = "99999999-9999-9999-9999-999999999999";
        using var folder = new BicepFolder();
        var path = folder.Combine("main.bicepparam");
        var text = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, text.Replace("namespaces: ['orders'] }", $"namespaces: ['orders'], principalId: '{Backend}' }}", StringComparison.Ordinal));

        var result = await Snapshot.RunAsync(folder, "small");

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        var assignments = Snapshot.Read(folder).Of("Microsoft.Authorization/roleAssignments")
            .Where(assignment => (string?)assignment["properties"]!["principalId"] == Backend)
            .Select(assignment => (
                Scope: ((string)assignment["id"]!).Split("/providers/Microsoft.Authorization/", 2)[0].Split('/')[^1],
                Role: Roles.Roles.Single(role => role.Id == ((string)assignment["properties"]!["roleDefinitionId"]!).Split('/')[^1]).Name));
        Assert.Equal([("ingress", "Azure Service Bus Data Sender"), ("orders", "Azure Service Bus Data Receiver")], assignments.Order());
    }

    [Fact]
    public void Grants_stand_in_one_file() => Assert.Equal(
        ["modules/identity.bicep"],
        BicepFolder.Files.Where(file => File.ReadAllText(RepositoryRoot.Combine("infra", file)).Contains("roleAssignments@", StringComparison.Ordinal)));

    private static List<Grant> GrantsOf(Snapshot snapshot) => [.. snapshot.Of("Microsoft.Authorization/roleAssignments").Select(assignment =>
    {
        var role = ((string)assignment["properties"]!["roleDefinitionId"]!).Split('/')[^1];
        return new Grant(
            ((string)assignment["id"]!).Split("/providers/Microsoft.Authorization/", 2)[0],
            Roles.Roles.Single(known => known.Id == role));
    })];

    private static List<Need> NeedsOf(Snapshot snapshot) =>
    [
        .. Calls.Calls.Select(call => (call.On, call.Needs))
            .Concat(Calls.Platform.Select(platform => (platform.On, platform.Needs)))
            .SelectMany(call => call.On.SelectMany(on => ResourcesOf(snapshot, on)), (call, resource) => (call.Needs, resource))
            .SelectMany(pair => pair.Needs, (pair, permission) => new Need(pair.resource, permission))
            .Distinct(),
    ];

    private static List<string> ResourcesOf(Snapshot snapshot, string on)
    {
        var (type, name) = on.Split(':') switch
        {
            ["queue", var queue] => ("Microsoft.ServiceBus/namespaces/queues", queue),
            ["topic", var topic] => ("Microsoft.ServiceBus/namespaces/topics", topic),
            ["bus"] => ("Microsoft.ServiceBus/namespaces", ""),
            ["tables"] => ("Microsoft.Storage/storageAccounts/tableServices/tables", ""),
            ["storage"] => ("Microsoft.Storage/storageAccounts", ""),
            ["instances"] => ("Microsoft.SignalRService/webPubSub", ""),
            ["telemetry"] => ("Microsoft.Insights/components", ""),
            _ => throw new InvalidOperationException($"'{on}' is no resource of the gateway."),
        };
        var ids = snapshot.Of(type).Select(resource => (string)resource["id"]!)
            .Where(id => name.Length == 0 || id.EndsWith('/' + name, StringComparison.Ordinal)).ToList();
        return ids.Count > 0 ? ids : throw new InvalidOperationException($"Nothing is deployed for '{on}'.");
    }

    private static bool IsMet(Need need, IEnumerable<Grant> grants) => grants.Any(grant =>
        (need.Resource + '/').StartsWith(grant.Scope + '/', StringComparison.Ordinal) && Permits(grant.Role, need.Permission));

    private static bool Permits(Role role, string permission) => role.Permits.Any(pattern => Matches(pattern, permission));

    /// <summary>True where all that the inner role permits, the outer one does; by its patterns, taken as texts.</summary>
    private static bool IsWithin(Role inner, Role outer) => inner.Permits.All(pattern => Permits(outer, pattern));

    private static bool Matches(string pattern, string permission) =>
        // A pattern without 'data:' is about the resource, never about what is in it.
        pattern.StartsWith("data:", StringComparison.Ordinal) == permission.StartsWith("data:", StringComparison.Ordinal)
        && Regex.IsMatch(permission, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase);

    private static T Read<T>(string file) => JsonSerializer.Deserialize<T>(
        File.ReadAllText(RepositoryRoot.Combine("tests", "Infrastructure", "Data", file)), Json)!;

    private sealed record CallList(Unneeded None, IReadOnlyList<Call> Calls, IReadOnlyList<PlatformCall> Platform);

    private sealed record Unneeded(string Why, IReadOnlyList<string> Members);

    private sealed record Call(IReadOnlyList<string> Members, IReadOnlyList<string> On, IReadOnlyList<string> Needs);

    private sealed record PlatformCall(string Who, IReadOnlyList<string> On, IReadOnlyList<string> Needs, string Source);

    private sealed record RoleList(string Source, IReadOnlyList<Role> Roles);

    private sealed record Role(string Name, string Id, IReadOnlyList<string> Permits);

    private sealed record Grant(string Scope, Role Role);

    private sealed record Need(string Resource, string Permission);
}
