namespace ServerlessGateway.LocalCloud;

/// <summary>Where things stand in a checkout: the local stack runs the programs that were built beside this one.</summary>
public sealed class Repository
{
    private readonly string _outputSuffix;

    private Repository(string root, string outputSuffix) => (Root, _outputSuffix) = (root, outputSuffix);

    /// <summary>The folder that holds Serverless.sln.</summary>
    public string Root { get; }

    /// <summary>Data and installed programs, not under version control.</summary>
    public string LocalFolder => Path.Combine(Root, ".local");

    /// <summary>Finds the checkout that the running program was built in.</summary>
    /// <exception cref="LocalCloudException">The program does not run from a checkout's build output.</exception>
    public static Repository Find()
    {
        var start = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Serverless.sln")))
            {
                // …/tools/gateway/bin/local/Debug/net10.0: the other programs stand in the same place below their projects.
                var bin = start.LastIndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
                return bin < 0
                    ? throw new LocalCloudException($"'{start}' is not a build output.", "Run it with `dotnet run --project tools/gateway`.")
                    : new Repository(folder.FullName, start[(bin + 1)..]);
            }
        }

        throw new LocalCloudException(
            $"No Serverless.sln above '{start}'.", "Run it from a checkout with `dotnet run --project tools/gateway`.");
    }

    /// <summary>The assembly of a program of this checkout, of the same build as the running one.</summary>
    /// <param name="project">The project's folder, relative to the root.</param>
    /// <param name="assembly">The assembly's name.</param>
    /// <exception cref="LocalCloudException">It is not built.</exception>
    public string Program(string project, string assembly)
    {
        var path = Path.Combine(Root, project, _outputSuffix, $"{assembly}.dll");
        return File.Exists(path)
            ? path
            : throw new LocalCloudException($"'{Path.GetRelativePath(Root, path)}' is not built.", "Run `dotnet build` at the root.");
    }
}
