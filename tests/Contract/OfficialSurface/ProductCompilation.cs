using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>Compiles folders of the repository as a build on the official packages does: their surface, no stand-in.</summary>
internal sealed class ProductCompilation
{
    private const string Tests = "ServerlessGateway.Contract.Tests";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    /// <summary>The namespaces that the SDK imports into every project.</summary>
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private readonly Lazy<MetadataReference> _reference;

    /// <summary>Compiles what is below the folders, but for the parts of it that begin with one of the exceptions.</summary>
    private ProductCompilation(
        string assembly, OutputKind kind, string[] folders, string[] exceptions, ImmutableArray<MetadataReference> references, string[]? usings = null)
    {
        var compilation = CSharpCompilation.Create(
            assembly,
            [
                .. folders.SelectMany(folder => SourcesOf(folder, exceptions)),
                Parse(string.Concat(ImplicitUsings.Concat(usings ?? []).Select(name => $"global using {name};\n")), "Usings.cs"),
                Parse($"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{Tests}\")]", "Attributes.cs"),
            ],
            [.. OfficialAssemblies.Platform, .. references],
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(SourceGenerators.Load(), parseOptions: Language)
            .RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var reported);
        Compilation = (CSharpCompilation)generated;
        Diagnostics = [.. reported, .. generated.GetDiagnostics().Where(IsReported)];
        _reference = new Lazy<MetadataReference>(() => OfficialAssemblies.Emit(Compilation));
    }

    public static ProductCompilation Protocol { get; } =
        new("ServerlessGateway.Protocol", OutputKind.DynamicallyLinkedLibrary, ["clients/dotnet/Protocol"], [], []);

    public static ProductCompilation Backend { get; } = new(
        "ServerlessGateway.Backend", OutputKind.DynamicallyLinkedLibrary, ["clients/dotnet/Backend"], [],
        [.. OfficialAssemblies.References, Protocol._reference.Value]);

    public static ProductCompilation Functions { get; } = new(
        "ServerlessGateway.Functions", OutputKind.ConsoleApplication, ["functions"], [],
        [.. OfficialAssemblies.References, Protocol._reference.Value]);

    /// <summary>The functions where every package says that no reference of its own is ever null.</summary>
    public static ProductCompilation AnnotatedFunctions { get; } = new(
        "ServerlessGateway.Functions", OutputKind.ConsoleApplication, ["functions"], [],
        [.. OfficialAssemblies.AnnotatedReferences, Protocol._reference.Value]);

    public static ProductCompilation SampleApp { get; } = new(
        "ServerlessGateway.Contract.SampleApp", OutputKind.ConsoleApplication, ["tests/Contract/FunctionsWorker/SampleApp"], [],
        OfficialAssemblies.References);

    /// <summary>The contract tests that run on either build, which leave out the stand-ins' own parts.</summary>
    public static ProductCompilation ContractTests { get; } = new(
        Tests,
        OutputKind.DynamicallyLinkedLibrary,
        ["tests/Contract", "tests/Support/Memory", "tests/Unit/Client"],
        [
            "tests/Contract/AzureSdk/Local/", "tests/Contract/FunctionsWorker/Runtime/", "tests/Contract/FunctionsWorker/SampleApp/",
            // Of the client's tests only its models are linked.
            .. Directory.GetFileSystemEntries(Path.Combine(RepositoryRoot.Path, "tests", "Unit", "Client"))
                .Select(path => Path.GetFileName(path))
                .Where(name => !name.StartsWith("Fake", StringComparison.Ordinal))
                .Select(name => $"tests/Unit/Client/{name}"),
        ],
        [
            .. OfficialAssemblies.References, Protocol._reference.Value, Backend._reference.Value, Functions._reference.Value, .. ToolsBesideTheTests(),
        ],
        ["Xunit"]);

    public CSharpCompilation Compilation { get; }

    /// <summary>Errors and warnings, with those of the generators; warnings are errors in this repository.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    private static bool IsReported(Diagnostic diagnostic) =>
        diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id is not ("CS1591" or "CS1701" or "CS1702");

    /// <summary>Emulators and helpers know neither the packages nor what is built on them.</summary>
    private static IEnumerable<MetadataReference> ToolsBesideTheTests() => Directory
        .EnumerateFiles(AppContext.BaseDirectory, "ServerlessGateway.*.dll")
        .Where(path => Path.GetFileNameWithoutExtension(path) is var name
            && !name.Contains("AzureSdk", StringComparison.Ordinal) && !name.Contains("SampleApp", StringComparison.Ordinal)
            && name is not (Tests or "ServerlessGateway.Protocol" or "ServerlessGateway.Backend" or "ServerlessGateway.Functions"))
        .Select(path => MetadataReference.CreateFromFile(path));

    private static IEnumerable<SyntaxTree> SourcesOf(string folder, string[] exceptions)
    {
        var root = Path.Combine(RepositoryRoot.Path, Path.Combine(folder.Split('/')));
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Where(path => !Array.Exists(exceptions, exception =>
                Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/').StartsWith(exception, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(path => Parse(File.ReadAllText(path), path));
    }

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Language, path);
}
