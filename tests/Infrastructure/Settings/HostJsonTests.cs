using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>The host reads host.json beside the app, and takes its defaults without a word where there is none.</summary>
public sealed class HostJsonTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void It_lands_beside_the_app_in_a_build()
    {
        // The build that the tests run on, not one that lies there from another day.
        var (sdk, configuration) = Build();
        var built = RepositoryRoot.Combine("functions", "bin", sdk, configuration, "net10.0");

        Assert.True(File.Exists(Path.Combine(built, "ServerlessGateway.Functions.dll")));
        AssertSame(Path.Combine(built, "host.json"));
    }

    [Fact]
    public async Task It_lands_beside_the_app_when_it_is_published()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-publish-");
        try
        {
            // What was built for the tests is published: the build that the feed of this machine has.
            var (sdk, configuration) = Build();
            var result = await ChildProcess.RunAsync(
                "dotnet",
                [
                    "publish", "functions", "--no-build", "--no-restore", "-c", configuration, "-o", folder.FullName, "-nologo", "-v", "quiet",
                    $"-p:AzureSdk={sdk}", "-nodeReuse:false", "-p:UseSharedCompilation=false",
                ],
                RepositoryRoot.Path, null, Patience);

            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "ServerlessGateway.Functions.dll")));
            AssertSame(Path.Combine(folder.FullName, "host.json"));
            Assert.Empty(Directory.GetFiles(folder.FullName, "local.settings.json*"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The test's own assembly lies in <c>bin/SDK/CONFIGURATION/net10.0</c>, and the app's beside its sources likewise.</summary>
    private static (string Sdk, string Configuration) Build()
    {
        var parts = typeof(HostJsonTests).Assembly.Location.Split(Path.DirectorySeparatorChar);
        var at = Array.LastIndexOf(parts, "bin");
        return (parts[at + 1], parts[at + 2]);
    }

    private static void AssertSame(string beside) =>
        Assert.Equal(File.ReadAllText(RepositoryRoot.Combine("host.json")), File.ReadAllText(beside));
}
