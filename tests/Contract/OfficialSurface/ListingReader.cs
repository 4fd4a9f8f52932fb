using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// Makes a listing from C# declarations: one line per public type or member, without bodies. It reads API listings and
/// ordinary sources alike, and works on syntax alone, so it needs none of the packages.
/// </summary>
internal static partial class ListingReader
{
    /// <summary>Names are listed short; these are the namespaces that they may come from, longest first.</summary>
    private static readonly string[] KnownNamespaces =
    [
        "Azure", "Azure.Core", "Azure.Core.Amqp", "Azure.Core.Pipeline", "Azure.Messaging.ServiceBus", "Azure.Messaging.WebPubSub",
        "Microsoft.Azure.Functions.Worker", "Microsoft.Azure.Functions.Worker.Builder",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions", "Microsoft.Azure.Functions.Worker.Middleware",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Diagnostics.Metrics", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
        "System", "System.Collections.Generic", "System.Collections.Immutable", "System.Net", "System.Net.Security",
        "System.Runtime.CompilerServices", "System.Text.Json.Serialization", "System.Threading", "System.Threading.Tasks",
    ];

    /// <summary>The attributes that a consumer, a serializer or the Functions tools can tell.</summary>
    private static readonly string[] Attributes = ["AttributeUsage", "DefaultValue", "JsonPropertyName", "Obsolete"];

    /// <summary>The listing of one package, made from the checkouts of the repositories below a folder.</summary>
    public static IEnumerable<string> Read(SurfaceSource source, string checkouts)
    {
        var repository = source.Repository[(source.Repository.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var texts = source.Files.Select(file => File.ReadAllText(Path.Combine(checkouts, repository, file))).ToList();
        return Read(source, texts);
    }

    /// <summary>The listing of one package, made from the texts of its files.</summary>
    public static IEnumerable<string> Read(SurfaceSource source, IReadOnlyList<string> texts)
    {
        var roots = texts.Select(text => CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot()).ToList();
        var lines = roots
            .SelectMany(root => root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
            .Where(space => source.Namespaces?.Contains(space.Name.ToString()) ?? true)
            .GroupBy(space => space.Name.ToString())
            .OrderBy(spaces => spaces.Key, StringComparer.Ordinal)
            .SelectMany(spaces => spaces
                .SelectMany(space => space.Members)
                .SelectMany(member => DeclarationPrinter.Print(member, Attributes))
                .Where(line => !IsLeftOut(source, line))
                .Select(Shorten)
                .Prepend($"namespace {spaces.Key}"))
            .Concat((source.Opaque ?? []).SelectMany(Opaque))
            .ToList();
        return [.. Header(source), .. Usings(roots), $"nullable {(source.Nullable ? "enable" : "disable")}", .. lines];
    }

    /// <summary>The URL of a file as it was read.</summary>
    public static string UrlOf(SurfaceSource source, string file) =>
        $"https://github.com/{source.Repository}/blob/{source.Commit}/{file}";

    private static IEnumerable<string> Header(SurfaceSource source) =>
    [
        $"package {source.Package} {source.Version}",
        .. source.Files.Select(file => $"source {UrlOf(source, file)}"),
    ];

    private static IEnumerable<string> Usings(List<CompilationUnitSyntax> roots)
    {
        var named = roots
            .SelectMany(root => root.Usings.Select(name => name.Name!.ToString()).Append(root.ToString()))
            .ToList();
        return KnownNamespaces
            .Where(space => named.Exists(text => text == space || text.Contains($"{space}.", StringComparison.Ordinal)))
            .Select(space => $"using {space}");
    }

    private static IEnumerable<string> Opaque(string type)
    {
        var (space, declaration) = (type[..type.IndexOf(':', StringComparison.Ordinal)], type[(type.IndexOf(':', StringComparison.Ordinal) + 2)..]);
        return [$"namespace {space}", $"opaque {declaration}"];
    }

    private static bool IsLeftOut(SurfaceSource source, string line) =>
        source.LeaveOut?.Any(expression => Regex.IsMatch(line, expression)) ?? false;

    private static string Shorten(string line) => KnownNamespaces
        .OrderByDescending(space => space.Length)
        .Aggregate(line, (text, space) => Regex.Replace(text, $@"(?<![\w.]){Regex.Escape(space)}\.(?=[A-Z])", ""));
}
