using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Bicep;

/// <summary>
/// What each profile deploys is kept as a file, so that a change of the templates shows as a change of resources. To
/// accept one: <c>UPDATE_SNAPSHOTS=1 dotnet test tests/Infrastructure</c>, and read the difference.
/// </summary>
public sealed class SnapshotTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Profiles => [.. Snapshot.Profiles];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_profile_deploys_what_its_file_says(string profile)
    {
        var path = RepositoryRoot.Combine("tests", "Infrastructure", "Snapshots", $"{profile}.json");
        var now = (await Snapshot.OfAsync(profile)).Document;
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(path, Ordered(now).ToJsonString(Indented) + "\n");
        }

        var golden = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();

        var differences = JsonDifference.Between(ById(golden), ById(now));
        Assert.True(differences.Count == 0, $"{profile} deploys something else than {path} says:\n{string.Join('\n', differences)}");
    }

    [Fact]
    public void A_difference_names_the_resource_the_property_and_both_values()
    {
        var golden = JsonNode.Parse("""{"queue": {"lock": "PT30S", "tags": ["a", "b"], "gone": 1}}""");
        var now = JsonNode.Parse("""{"queue": {"lock": "PT60S", "tags": ["a"]}, "topic": {}}""");

        Assert.Equal(
            [
                "  queue.gone: 1 => (none)",
                "  queue.lock: \"PT30S\" => \"PT60S\"",
                "  queue.tags.1: \"b\" => (none)",
                "  topic: (none) => {}",
            ],
            JsonDifference.Between(golden, now));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Everything_lies_in_one_group_so_that_its_end_leaves_nothing(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);
        var group = (string)snapshot.Of("Microsoft.Resources/resourceGroups").Single()["id"]!;
        // Names that depend on the cloud are not known yet, but their group is.
        var unknown = $"[resourceId('{group.Split('/')[2]}', '{group.Split('/')[^1]}', ";

        Assert.All(snapshot.Resources.Select(resource => (string)resource["id"]!), id => Assert.True(
            id == group || id.StartsWith(group + "/", StringComparison.Ordinal) || id.StartsWith(unknown, StringComparison.Ordinal),
            $"{id} lies outside of {group}."));
        // What belongs to the tenant or the subscription would stay.
        Assert.Empty(snapshot.Of("Microsoft.Authorization/roleDefinitions"));
        Assert.Empty(snapshot.Of("Microsoft.Authorization/locks"));
        Assert.Empty(snapshot.Of("Microsoft.KeyVault/vaults"));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Everything_that_has_a_place_is_tagged_with_its_environment(string profile) => Assert.All(
        (await Snapshot.OfAsync(profile)).Resources.Where(resource => resource["location"] is not null),
        resource => Assert.Equal("golden", (string?)resource["tags"]?["azd-env-name"]));

    [Fact]
    public async Task Only_the_private_profile_is_closed_and_it_is_closed_to_all_but_clients()
    {
        var (open, closed) = (await Snapshot.OfAsync("production"), await Snapshot.OfAsync("private"));

        Assert.DoesNotContain(open.Resources, resource => ((string)resource["type"]!).StartsWith("Microsoft.Network/", StringComparison.Ordinal));
        Assert.All(
            (string[])["Microsoft.Storage/storageAccounts", "Microsoft.ServiceBus/namespaces"],
            type => Assert.Equal("Disabled", (string?)closed.Of(type).Single()["properties"]!["publicNetworkAccess"]));
        Assert.Equal("Premium", (string?)closed.Of("Microsoft.ServiceBus/namespaces").Single()["sku"]!["name"]);
        Assert.All(closed.Of("Microsoft.SignalRService/webPubSub"), instance => Assert.Equal(
            """{"allow":["ClientConnection"],"deny":["ServerConnection","RESTAPI","Trace"]}""",
            instance["properties"]!["networkACLs"]!["publicNetwork"]!.ToJsonString()));
        var reached = closed.Of("Microsoft.Network/privateEndpoints")
            .Select(endpoint => endpoint["properties"]!["privateLinkServiceConnections"]![0]!["properties"]!)
            .Select(properties => ((string)properties["groupIds"]![0]!, ((string)properties["privateLinkServiceId"]!).Split('/')[^1].Split('-')[0]));
        Assert.Equal(
            [("blob", "stvwt72uq5vjlie"), ("namespace", "sb"), ("table", "stvwt72uq5vjlie"), ("webpubsub", "wps"), ("webpubsub", "wps")],
            reached.Order());
    }

    /// <summary>By id instead of by place, so that a resource that was added does not shift all others.</summary>
    private static JsonObject ById(JsonObject snapshot) => new(snapshot["predictedResources"]!.AsArray()
        .Select(resource => KeyValuePair.Create((string)resource!["id"]!, (JsonNode?)resource.DeepClone()))
        .Append(KeyValuePair.Create("outputs", snapshot["outputs"]?.DeepClone())));

    /// <summary>Outputs come in any order.</summary>
    private static JsonObject Ordered(JsonObject snapshot) => new(snapshot.Select(member => KeyValuePair.Create(
        member.Key,
        member.Key == "outputs" && member.Value is JsonObject outputs
            ? new JsonObject(outputs.OrderBy(output => output.Key, StringComparer.Ordinal)
                .Select(output => KeyValuePair.Create(output.Key, output.Value?.DeepClone())))
            : member.Value?.DeepClone())));
}
