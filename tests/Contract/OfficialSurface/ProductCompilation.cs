using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>Compiles folders of the repository as a build on the official packages does: their surface, no stand-in.</summary>
internal sealed class ProductCompilation
{
    private const string Tests = "ServerlessGateway.Contract.Tests";

    public const string Protocol = "the protocol";
    public const string Backend = "the backend library";
    public const string Functions = "functions";

    /// <summary>The functions where every package says that no reference of its own is ever null.</summary>
    public const string AnnotatedFunctions = "functions, annotated";
    public const string SampleApp = "the sample app";

    /// <summary>The contract tests that run on either build, which leave out the stand-ins' own parts.</summary>
    public const string ContractTests = "the contract tests";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    /// <summary>The namespaces that the SDK imports into every project.</summary>
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly Dictionary<string, Lazy<ProductCompilation>> Parts = new()
    {
        [Protocol] = new(() => new("ServerlessGateway.Protocol", OutputKind.DynamicallyLinkedLibrary, ["clients/dotnet/Protocol"], [], [])),
        [Backend] = new(() => new(
            "ServerlessGateway.Backend", OutputKind.DynamicallyLinkedLibrary, ["clients/dotnet/Backend"], [],
            [.. OfficialAssemblies.References, ReferenceTo(Protocol)])),
        [Functions] = new(() => new(
            "ServerlessGateway.Functions", OutputKind.ConsoleApplication, ["functions"], [],
            [.. OfficialAssemblies.References, ReferenceTo(Protocol)])),
        [AnnotatedFunctions] = new(() => new(
            "ServerlessGateway.Functions", OutputKind.ConsoleApplication, ["functions"], [],
            [.. OfficialAssemblies.AnnotatedReferences, ReferenceTo(Protocol)])),
        [SampleApp] = new(() => new(
            "ServerlessGateway.Contract.SampleApp", OutputKind.ConsoleApplication, ["tests/Contract/FunctionsWorker/SampleApp"], [],
            OfficialAssemblies.References)),
        [ContractTests] = new(() => new(
            Tests,
            OutputKind.DynamicallyLinkedLibrary,
            ["tests/Contract", "tests/Support/Memory", "tests/Unit/Client"],
            [
                "tests/Contract/AzureSdk/Local/", "tests/Contract/FunctionsWorker/", .. AllButTheClientsModels(),
            ],
            [
                .. OfficialAssemblies.References, ReferenceTo(Protocol), ReferenceTo(Backend), ReferenceTo(Functions), .. ToolsBesideTheTests(),
            ],
            ["Xunit"])),
    };

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

    /// <summary>What is compiled, by the name that a test gives it.</summary>
    public static ProductCompilation Of(string part) => Parts[part].Value;

    public CSharpCompilation Compilation { get; }

    /// <summary>Errors and warnings, with those of the generators; warnings are errors in this repository.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    private static bool IsReported(Diagnostic diagnostic) =>
        diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id is not ("CS1591" or "CS1701" or "CS1702");

    private static MetadataReference ReferenceTo(string part) => Of(part)._reference.Value;

    /// <summary>Of the client's tests only its models are linked.</summary>
    private static IEnumerable<string> AllButTheClientsModels() => Directory
        .GetFileSystemEntries(Path.Combine(RepositoryRoot.Path, "tests", "Unit", "Client"))
        .Select(path => Path.GetFileName(path))
        .Where(name => !name.StartsWith("Fake", StringComparison.Ordinal))
        .Select(name => $"tests/Unit/Client/{name}");

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
