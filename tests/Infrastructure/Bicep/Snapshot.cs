using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Bicep;

/// <summary>What a deployment of a profile would make, as far as it is known before it is deployed.</summary>
internal sealed class Snapshot
{
    private static readonly Dictionary<string, Lazy<Task<Snapshot>>> Made = Profiles.ToDictionary(
        profile => profile, profile => new Lazy<Task<Snapshot>>(() => MakeAsync(profile)));

    private Snapshot(string json) => Document = JsonNode.Parse(json)!.AsObject();

    /// <summary>The profiles of <c>infra/profiles.bicep</c>.</summary>
    public static IReadOnlyList<string> Profiles => ["small", "production", "private"];

    public JsonObject Document { get; }

    public IEnumerable<JsonObject> Resources => Document["predictedResources"]!.AsArray().Select(resource => resource!.AsObject());

    /// <summary>The snapshot of a profile, made once.</summary>
    public static Task<Snapshot> OfAsync(string profile) => Made[profile].Value;

    /// <summary>Writes a snapshot beside the parameters, with fixed ids.</summary>
    public static Task<ChildProcessResult> RunAsync(BicepFolder folder, string profile, params (string Name, string Value)[] more) => folder.RunAsync(
        more.Append(("GATEWAY_PROFILE", profile)).ToDictionary(),
        "snapshot", "main.bicepparam", "--mode", "overwrite", "--location", "westeurope", "--deployment-name", "golden",
        "--subscription-id", "22222222-2222-2222-2222-222222222222", "--tenant-id", "33333333-3333-3333-3333-333333333333");

    /// <summary>The snapshot that was written into a folder.</summary>
    public static Snapshot Read(BicepFolder folder) => new(File.ReadAllText(folder.Combine("main.snapshot.json")));

    /// <summary>The resources of a type.</summary>
    public IReadOnlyList<JsonObject> Of(string type) =>
        [.. Resources.Where(resource => string.Equals((string?)resource["type"], type, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The app's settings, as they stand in the template: references are expressions.</summary>
    public IReadOnlyDictionary<string, string> AppSettings() => Of("Microsoft.Web/sites").Single()["properties"]!["siteConfig"]!["appSettings"]!
        .AsArray().ToDictionary(setting => (string)setting!["name"]!, setting => (string)setting!["value"]!);

    private static async Task<Snapshot> MakeAsync(string profile)
    {
        using var folder = new BicepFolder();
        var result = await RunAsync(folder, profile);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return Read(folder);
    }
}
