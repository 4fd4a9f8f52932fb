using System.Xml.Linq;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Unit.Tests.Repository;

/// <summary>References go clients ← tools ← functions ← infra ← tests, never back; emulators know nothing of the gateway.</summary>
public sealed class ReferenceTests
{
    /// <summary>Stand-ins take the place of packages, so whoever may use the package may reference them.</summary>
    private const string StandIns = "tools/azure-sdk/";

    /// <summary>What emulators share; it knows neither of them.</summary>
    private const string SharedByEmulators = "tools/emulator-faults/";

    private static readonly string[] Layers = ["clients", "tools", "functions", "infra", "tests"];

    public static TheoryData<string> Projects => [.. AllProjects];

    private static IEnumerable<string> AllProjects => Directory
        .GetFiles(RepositoryRoot.Path, "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
            && !path.StartsWith('.'));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_layers_below_its_own(string project)
    {
        foreach (var reference in CodeReferences(project).Where(reference => !reference.StartsWith(StandIns, StringComparison.Ordinal)))
        {
            Assert.True(LayerOf(reference) <= LayerOf(project), $"{project} references {reference}, which lies above it.");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Emulators_and_stand_ins_know_nothing_of_the_gateway(string project)
    {
        var isEmulator = project.Contains("-emulator/", StringComparison.Ordinal);
        if (!isEmulator && !project.StartsWith(SharedByEmulators, StringComparison.Ordinal)
            && !project.StartsWith(StandIns, StringComparison.Ordinal))
        {
            return;
        }

        Assert.All(CodeReferences(project), reference => Assert.True(
            reference.StartsWith(StandIns, StringComparison.Ordinal)
            || (isEmulator && reference.StartsWith(SharedByEmulators, StringComparison.Ordinal)), reference));
    }

    [Fact]
    public void The_command_line_needs_the_app_as_a_process_only() =>
        Assert.DoesNotContain(
            CodeReferences("tools/gateway/ServerlessGateway.CommandLine.csproj"),
            reference => reference.StartsWith("functions/", StringComparison.Ordinal));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "Serverless.sln")).Replace('\\', '/');

        Assert.NotEmpty(AllProjects);
        Assert.All(AllProjects, project => Assert.Contains(project, solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Host_json_lands_beside_the_app()
    {
        var beside = Path.Combine(Path.GetDirectoryName(typeof(ServerlessGateway.Protocol.Shards).Assembly.Location)!, "host.json");

        Assert.Equal(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "host.json")), File.ReadAllText(beside));
    }

    private static int LayerOf(string project) => Array.IndexOf(Layers, project.Split('/')[0]);

    private static List<string> CodeReferences(string project)
    {
        var folder = Path.GetDirectoryName(Path.Combine(RepositoryRoot.Path, project))!;
        return [.. XDocument.Load(Path.Combine(RepositoryRoot.Path, project)).Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetRelativePath(
                RepositoryRoot.Path, Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value))).Replace('\\', '/'))];
    }
}
