using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// Reference assemblies of the official packages, compiled from the listings: what a consumer can see of them, with no
/// stand-in behind it. Code that compiles against them compiles against the packages, as far as the listings go.
/// </summary>
internal static class OfficialAssemblies
{
    private static readonly Lazy<ImmutableArray<MetadataReference>> Built = new(() => Build(isAnnotated: false));

    private static readonly Lazy<ImmutableArray<MetadataReference>> BuiltAnnotated = new(() => Build(isAnnotated: true));

    /// <summary>The framework and all packages beside the tests, but neither stand-ins nor parts of the gateway.</summary>
    public static ImmutableArray<MetadataReference> Platform { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !IsReplaced(Path.GetFileNameWithoutExtension(path)))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>One assembly per listing.</summary>
    public static ImmutableArray<MetadataReference> References => Built.Value;

    /// <summary>The same, as if each package said of every reference that it is never null.</summary>
    public static ImmutableArray<MetadataReference> AnnotatedReferences => BuiltAnnotated.Value;

    /// <summary>Everything that the product sees in the official build.</summary>
    public static ImmutableArray<MetadataReference> All => [.. Platform, .. References];

    /// <summary>Compiles to what a reference needs, without the bodies, and fails with the compiler's own words.</summary>
    public static MetadataReference Emit(CSharpCompilation compilation)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream, options: new EmitOptions(metadataOnly: true));
        Assert.True(result.Success, Describe(result.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error)));
        return MetadataReference.CreateFromImage(stream.ToArray());
    }

    /// <summary>One line each, for the message of a failed test.</summary>
    public static string Describe(IEnumerable<Diagnostic> diagnostics) =>
        string.Join('\n', diagnostics.Select(one => one.ToString()).Distinct());

    private static ImmutableArray<MetadataReference> Build(bool isAnnotated)
    {
        List<MetadataReference> built = [];
        foreach (var source in SurfaceSource.All)
        {
            built.Add(Emit(CSharpCompilation.Create(
                source.Package,
                [CSharpSyntaxTree.ParseText(Listing.Load(source).ToSource(isAnnotated))],
                [.. Platform, .. built],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))));
        }

        return [.. built];
    }

    private static bool IsReplaced(string assembly) =>
        assembly.StartsWith("ServerlessGateway.", StringComparison.Ordinal)
        || SurfaceSource.All.Any(source => source.Package == assembly);
}
