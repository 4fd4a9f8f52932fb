using System.Text.Json;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// Where the listing of a package's public API was read: an API listing that the package's own repository keeps, or,
/// where there is none, the public declarations in its sources.
/// </summary>
/// <param name="Package">The package's id, and the name of its assembly.</param>
/// <param name="Version">The version that the gateway is built on.</param>
/// <param name="Repository">Owner and name on GitHub.</param>
/// <param name="Commit">The commit that was read.</param>
/// <param name="Nullable">Whether the package says what can be null.</param>
/// <param name="Files">The files that were read, in the repository.</param>
/// <param name="Namespaces">The namespaces that were read; none: all.</param>
/// <param name="LeaveOut">Expressions of types and members that nothing here has to do with.</param>
/// <param name="Opaque">Types of other packages that only stand in signatures, with their namespaces.</param>
public sealed record SurfaceSource(
    string Package,
    string Version,
    string Repository,
    string Commit,
    bool Nullable,
    IReadOnlyList<string> Files,
    IReadOnlyList<string>? Namespaces,
    IReadOnlyList<string>? LeaveOut,
    IReadOnlyList<string>? Opaque)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The folder of the sources' list and of the listings.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Path, "tests", "Contract", "OfficialSurface");

    /// <summary>All packages whose place a stand-in takes, in an order in which each needs only those before it.</summary>
    public static IReadOnlyList<SurfaceSource> All { get; } = JsonSerializer.Deserialize<List<SurfaceSource>>(
        File.ReadAllText(Path.Combine(Folder, "sources.json")), Json)!;

    /// <summary>The file of this package's listing.</summary>
    public string ListingPath => Path.Combine(Folder, "Listings", $"{Package}.txt");

    /// <inheritdoc/>
    public override string ToString() => $"{Package} {Version}";
}
