using System.Diagnostics;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.EndToEnd.Tests;

/// <summary>
/// The app as its next version would be: a copy of the sources in which every format is one version higher and its records have one field
/// more, built apart. An edit that does not apply any more fails the test: then the format has moved, and this has to follow.
/// </summary>
internal sealed class NextBuild : IDisposable
{
    private static readonly string[] Sources = ["clients/dotnet/Protocol", "functions", "tools/azure-sdk"];

    private static readonly string[] RootFiles =
        ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "host.json"];

    private static readonly (string File, string Old, string New)[] Edits =
    [
        ("clients/dotnet/Protocol/EnvelopeCodec.cs", "public const byte Version = 1;", "public const byte Version = 2;"),
        ("clients/dotnet/Protocol/EnvelopeCodec.cs", "fields.Write(publication.Data.Utf8.Span);", "fields.Write(publication.Data.Utf8.Span); fields.Write(\"next\");"),
        ("functions/Channels/Log/LogFormat.cs", "public const byte Version = 1;", "public const byte Version = 2;"),
        ("functions/Channels/Log/HeadCodec.cs", "fields.WriteTime(head.CommittedAt);", "fields.WriteTime(head.CommittedAt); fields.WriteText(\"next\");"),
        ("functions/Sessions/SessionCodec.cs", "public const int Version = 1;", "public const int Version = 2;"),
        ("functions/Sessions/ConnectionStateCodec.cs", "public const int Version = 1;", "public const int Version = 2;"),
    ];

    private readonly TemporaryFolder _folder = new();

    /// <summary>The assembly of the next version.</summary>
    public string Assembly => Path.Combine(_folder.Path, "out", "ServerlessGateway.Functions.dll");

    /// <summary>Copies, edits and builds.</summary>
    public static async Task<NextBuild> CreateAsync(CancellationToken cancellationToken)
    {
        var next = new NextBuild();
        try
        {
            next.CopySources(Repository.Find().Root);
            await next.EditAsync(cancellationToken);
            await next.BuildAsync(cancellationToken);
            return next;
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();

    private void CopySources(string root)
    {
        foreach (var file in RootFiles.Concat(Sources.SelectMany(source => SourceFiles(root, source))))
        {
            var target = Path.Combine(_folder.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(root, file), target);
        }
    }

    private async Task EditAsync(CancellationToken cancellationToken)
    {
        foreach (var (file, old, @new) in Edits)
        {
            var path = Path.Combine(_folder.Path, file);
            var text = await File.ReadAllTextAsync(path, cancellationToken);
            Assert.True(text.Split(old).Length == 2, $"'{old}' does not stand in {file} exactly once.");
            await File.WriteAllTextAsync(path, text.Replace(old, @new, StringComparison.Ordinal), cancellationToken);
        }
    }

    private static IEnumerable<string> SourceFiles(string root, string source) => Directory
        .EnumerateFiles(Path.Combine(root, source), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj") && Path.GetExtension(path) is ".cs" or ".csproj");

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        // No server processes: they would outlive the test.
        string[] arguments =
        [
            "build", "functions", "-o", Path.Combine(_folder.Path, "out"), "-nologo", "-v", "q", "-nodeReuse:false",
            "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        })!;
        var output = await build.StandardOutput.ReadToEndAsync(cancellationToken);
        await build.WaitForExitAsync(cancellationToken);
        Assert.True(build.ExitCode == 0, output);
    }
}
