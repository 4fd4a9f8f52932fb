using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>The host reads host.json beside the app, and takes its defaults without a word where there is none.</summary>
public sealed class HostJsonTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void It_lands_beside_the_app_in_a_build()
    {
        var built = Directory.GetFiles(RepositoryRoot.Combine("functions", "bin"), "ServerlessGateway.Functions.dll", SearchOption.AllDirectories)
            .Where(file => !file.Contains("publish", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(built);
        Assert.All(built, app => AssertSame(Path.Combine(Path.GetDirectoryName(app)!, "host.json")));
    }

    [Fact]
    public async Task It_lands_beside_the_app_when_it_is_published()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-publish-");
        try
        {
            // What was built for the tests is published: the build that the feed of this machine has.
            var build = typeof(TableOptions).Assembly.Location.Split(Path.DirectorySeparatorChar);
            var at = Array.LastIndexOf(build, "bin");
            var result = await ChildProcess.RunAsync(
                "dotnet",
                [
                    "publish", "functions", "--no-build", "--no-restore", "-c", build[at + 2], "-o", folder.FullName, "-nologo", "-v", "quiet",
                    $"-p:AzureSdk={build[at + 1]}", "-nodeReuse:false", "-p:UseSharedCompilation=false",
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

    private static void AssertSame(string beside) =>
        Assert.Equal(File.ReadAllText(RepositoryRoot.Combine("host.json")), File.ReadAllText(beside));
}
