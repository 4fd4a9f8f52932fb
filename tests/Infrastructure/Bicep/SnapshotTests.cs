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
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static TheoryData<string> Profiles => [.. Snapshot.Profiles];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_profile_deploys_what_its_file_says(string profile)
    {
        var path = RepositoryRoot.Combine("tests", "Infrastructure", "Snapshots", $"{profile}.json");
        var now = (await Snapshot.OfAsync(profile)).Document;
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(path, now.ToJsonString(Indented) + "\n");
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

    /// <summary>By id instead of by place, so that a resource that was added does not shift all others.</summary>
    private static JsonObject ById(JsonObject snapshot) => new(snapshot["predictedResources"]!.AsArray()
        .Select(resource => KeyValuePair.Create((string)resource!["id"]!, (JsonNode?)resource.DeepClone())));
}
