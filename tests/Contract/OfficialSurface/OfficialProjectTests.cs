using System.Text.Json;
using System.Xml.Linq;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>What MSBuild makes of the product's project for each build, without building it.</summary>
public sealed class OfficialProjectTests
{
    private const string Functions = "functions/ServerlessGateway.Functions.csproj";

    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_official_build_is_an_isolated_worker_on_pinned_packages_and_no_stand_in()
    {
        using var project = await EvaluateAsync(Functions, "-p:AzureSdk=official");

        Assert.Equal(("Exe", "net10.0", "v4"),
            (Property(project, "OutputType"), Property(project, "TargetFramework"), Property(project, "AzureFunctionsVersion")));
        Assert.Contains("Microsoft.AspNetCore.App", Items(project, "FrameworkReference"));
        Assert.DoesNotContain(Items(project, "ProjectReference"), path => path.Contains("azure-sdk", StringComparison.Ordinal));
        var packages = Items(project, "PackageReference");
        Assert.Contains("Microsoft.Azure.Functions.Worker.Sdk", packages);
        Assert.Empty(SurfaceSource.All.Select(source => source.Package).Where(IsReferencedDirectly).Except(packages));
        Assert.Empty(packages.Except(PinnedPackages()));
    }

    [Fact]
    public async Task The_builds_share_no_folder()
    {
        using var official = await EvaluateAsync(Functions, "-p:AzureSdk=official");
        using var local = await EvaluateAsync(Functions);

        foreach (var folder in new[] { "BaseIntermediateOutputPath", "MSBuildProjectExtensionsPath", "OutputPath" })
        {
            Assert.Contains("official", Property(official, folder), StringComparison.Ordinal);
            Assert.Contains("local", Property(local, folder), StringComparison.Ordinal);
        }

        Assert.Contains(Items(local, "ProjectReference"), path => path.Contains("azure-sdk", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Functions, "", "official")]
    [InlineData(Functions, "-p:AzureSdk=local", "local")]
    [InlineData("clients/dotnet/Protocol/ServerlessGateway.Protocol.csproj", "", "local")]
    public async Task Publishing_the_functions_takes_the_official_packages_unless_told_otherwise(string path, string argument, string expected)
    {
        using var project = await EvaluateAsync(path, "-p:_IsPublishing=true", argument);

        Assert.Equal(expected, Property(project, "AzureSdk"));
    }

    private static async Task<JsonDocument> EvaluateAsync(string project, params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(
            "dotnet",
            [
                "msbuild", project, "-nologo",
                "-getProperty:AzureSdk,OutputType,TargetFramework,AzureFunctionsVersion,BaseIntermediateOutputPath,MSBuildProjectExtensionsPath,OutputPath",
                "-getItem:PackageReference,ProjectReference,FrameworkReference",
                .. arguments.Where(argument => argument.Length > 0),
            ],
            RepositoryRoot.Path,
            // The build that these tests run in is not the one that is asked about.
            new Dictionary<string, string> { ["AzureSdk"] = "" },
            HangGuard);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return JsonDocument.Parse(result.Output);
    }

    private static string Property(JsonDocument project, string name) =>
        project.RootElement.GetProperty("Properties").GetProperty(name).GetString()!;

    private static List<string> Items(JsonDocument project, string name) =>
    [
        .. project.RootElement.GetProperty("Items").GetProperty(name).EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!.Replace('\\', '/')),
    ];

    /// <summary>The core and the abstractions come with the packages that need them.</summary>
    private static bool IsReferencedDirectly(string package) =>
        package is not ("Microsoft.Azure.Functions.Worker.Core" or "Microsoft.Azure.Functions.Worker.Extensions.Abstractions");

    private static HashSet<string> PinnedPackages() =>
    [
        .. XDocument.Load(Path.Combine(RepositoryRoot.Path, "Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => package.Attribute("Include")!.Value),
    ];
}
