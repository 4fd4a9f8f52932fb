using System.Reflection;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Bicep;

/// <summary>A copy of the infrastructure's Bicep files, and the command line over it; nothing it writes lands in the repository.</summary>
internal sealed class BicepFolder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What azd would give of its environment.</summary>
    private static readonly Dictionary<string, string> AzdEnvironment = new()
    {
        ["AZURE_ENV_NAME"] = "golden",
        ["AZURE_LOCATION"] = "westeurope",
        ["GATEWAY_TOKEN_AUTHORITY"] = "https://login.example.com",
        ["GATEWAY_CALLBACK_AUDIENCE"] = "api://11111111-1111-1111-1111-111111111111",
        ["GATEWAY_ALLOWED_ORIGINS"] = "https://app.example.com,https://admin.example.com",
        ["GATEWAY_ALERT_EMAIL"] = "people@example.com",
    };

    public BicepFolder()
    {
        Path = Directory.CreateTempSubdirectory("gateway-bicep-").FullName;
        foreach (var file in Files.Append("bicepconfig.json"))
        {
            var target = System.IO.Path.Combine(Path, file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(RepositoryRoot.Combine("infra", file), target);
        }
    }

    /// <summary>The Bicep files of the infrastructure, below <c>infra</c>.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Directory
        .GetFiles(RepositoryRoot.Combine("infra"), "*.bicep*", SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(RepositoryRoot.Combine("infra"), file).Replace('\\', '/'))
        .Where(file => file != "bicepconfig.json" && !file.StartsWith("hooks/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    public string Path { get; }

    public string Combine(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Runs <c>bicep</c> in the folder.</summary>
    public Task<ChildProcessResult> RunAsync(IReadOnlyDictionary<string, string>? more, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(AzdEnvironment) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" };
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        return ChildProcess.RunAsync(Program(), arguments, Path, environment, Patience);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Program() => typeof(BicepFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "Bicep").Value!;
}
