using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>The source generators of the framework that the SDK gives to every project, from its targeting packs.</summary>
internal static class SourceGenerators
{
    private static readonly (string Pack, string Assembly)[] Wanted =
    [
        ("Microsoft.NETCore.App.Ref", "System.Text.Json.SourceGeneration"),
        ("Microsoft.NETCore.App.Ref", "System.Text.RegularExpressions.Generator"),
        ("Microsoft.AspNetCore.App.Ref", "Microsoft.Extensions.Logging.Generators"),
        ("Microsoft.AspNetCore.App.Ref", "Microsoft.Extensions.Options.SourceGeneration"),
    ];

    public static IEnumerable<ISourceGenerator> Load() => Wanted
        .Select(one => new AnalyzerFileReference(Find(one.Pack, one.Assembly), new Loader()))
        .SelectMany(reference => reference.GetGenerators(LanguageNames.CSharp));

    private static string Find(string pack, string assembly)
    {
        // The runtime stands in {root}/shared/Microsoft.NETCore.App/{version}, the packs in {root}/packs.
        var packs = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs", pack));
        var major = $"{Environment.Version.Major}.";
        return Directory.GetDirectories(packs)
            .Where(path => Path.GetFileName(path).StartsWith(major, StringComparison.Ordinal))
            .Select(path => Path.Combine(path, "analyzers", "dotnet", "cs", $"{assembly}.dll"))
            .LastOrDefault(File.Exists) ?? throw new FileNotFoundException($"{packs} has no {assembly} for .NET {major}x.");
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // The wanted generators depend on nothing beside them.
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
