using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>Compiles folders of the repository as a build on the official packages does: their surface, no stand-in.</summary>
internal static class ProductCompilation
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    /// <summary>The namespaces that the SDK imports into every project, and that of the test framework into tests.</summary>
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    /// <summary>The protocol's assembly, which needs no package.</summary>
    private static readonly Lazy<MetadataReference> Protocol = new(() => OfficialAssemblies.Emit(
        Create("ServerlessGateway.Protocol", "clients/dotnet/Protocol", OutputKind.DynamicallyLinkedLibrary, []).Compilation));

    public static (CSharpCompilation Compilation, ImmutableArray<Diagnostic> Diagnostics) Functions { get; } = Create(
        "ServerlessGateway.Functions", "functions", OutputKind.ConsoleApplication, [.. OfficialAssemblies.References, Protocol.Value]);

    public static (CSharpCompilation Compilation, ImmutableArray<Diagnostic> Diagnostics) SampleApp { get; } = Create(
        "ServerlessGateway.Contract.SampleApp",
        "tests/Contract/FunctionsWorker/SampleApp",
        OutputKind.ConsoleApplication,
        OfficialAssemblies.References);

    /// <summary>Errors and warnings, with those of the generators; warnings are errors in this repository.</summary>
    private static (CSharpCompilation Compilation, ImmutableArray<Diagnostic> Diagnostics) Create(
        string assembly, string folder, OutputKind kind, ImmutableArray<MetadataReference> references)
    {
        var compilation = CSharpCompilation.Create(
            assembly,
            [.. SourcesOf(folder), Parse(string.Concat(ImplicitUsings.Select(name => $"global using {name};\n")), "ImplicitUsings.cs")],
            [.. OfficialAssemblies.Platform, .. references],
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(SourceGenerators.Load(), parseOptions: Language)
            .RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var reported);
        return ((CSharpCompilation)generated,
            [.. reported, .. generated.GetDiagnostics().Where(IsReported)]);
    }

    private static bool IsReported(Diagnostic diagnostic) =>
        diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id is not ("CS1591" or "CS1701" or "CS1702");

    private static IEnumerable<SyntaxTree> SourcesOf(string folder)
    {
        var root = Path.Combine(RepositoryRoot.Path, Path.Combine(folder.Split('/')));
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path => Parse(File.ReadAllText(path), path));
    }

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Language, path);
}
