using Azure.Messaging.ServiceBus;
using Azure.Messaging.WebPubSub;
using Microsoft.Azure.Functions.Worker;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// The stand-ins offer nothing that the official packages lack, and what they offer has the official form to the last
/// default value. On the packages themselves the same tests hold the listings to the truth.
/// </summary>
public sealed class SurfaceTests
{
    private static readonly Type[] Entrances = [typeof(ServiceBusClient), typeof(WebPubSubServiceClient), typeof(FunctionContext)];

    private static readonly bool IsOfficialBuild =
        typeof(ServiceBusClient).Assembly.GetName().Name == typeof(ServiceBusClient).Namespace;

    private static readonly Lazy<Compilation> Official = new(() => CSharpCompilation.Create("official", references: OfficialAssemblies.All));

    private static readonly Lazy<Compilation> Present = new(() => CSharpCompilation.Create(
        "present",
        references: ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))));

    public static TheoryData<SurfaceSource> Sources => [.. SurfaceSource.All];

    /// <summary>Every public type of the stand-ins; on the official build, every type that is listed.</summary>
    public static TheoryData<string> Types => IsOfficialBuild
        ? [.. SurfaceSource.All.SelectMany(source => Listing.Load(source).Types)]
        : [.. Entrances.SelectMany(entrance => entrance.Assembly.GetExportedTypes()).Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_offered_has_its_official_form(string type)
    {
        var official = TypeOf(Official.Value, type);
        var present = TypeOf(Present.Value, type);

        Assert.True(official is not null, $"No listing knows {type}.");
        Assert.True(present is not null, $"{type} is listed, but the packages do not have it.");
        var (listed, offered) = (LinesOf(official!), LinesOf(present!));
        var (more, less) = IsOfficialBuild ? (listed, offered) : (offered, listed);
        var strange = more.Except(less).ToList();
        Assert.True(strange.Count == 0, $"{type}:\n{string.Join('\n', strange)}\nis not among\n{string.Join('\n', less)}");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_listing_is_complete_in_itself_and_says_where_it_is_from(SurfaceSource source)
    {
        var lines = File.ReadAllLines(source.ListingPath);

        Assert.Equal($"package {source.Package} {source.Version}", lines[0]);
        Assert.Equal(source.Files.Select(file => $"source {ListingReader.UrlOf(source, file)}"), lines.Skip(1).Take(source.Files.Count));
        Assert.NotEmpty(Listing.Load(source).Types);
        Assert.Equal(SurfaceSource.All.Count, OfficialAssemblies.References.Length);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_listing_is_of_the_version_that_the_product_is_built_on(SurfaceSource source)
    {
        var versions = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "Directory.Packages.props"));

        // The worker's core and its abstractions come with the packages that need them.
        if (!source.Package.EndsWith(".Core", StringComparison.Ordinal) && !source.Package.EndsWith(".Abstractions", StringComparison.Ordinal))
        {
            Assert.Contains($"Include=\"{source.Package}\" Version=\"{source.Version}\"", versions, StringComparison.Ordinal);
        }
    }

    [FactWithCheckouts]
    public void The_listings_are_what_the_sources_say()
    {
        foreach (var source in SurfaceSource.All)
        {
            var lines = ListingReader.Read(source, FactWithCheckoutsAttribute.Checkouts!).ToList();
            if (FactWithCheckoutsAttribute.IsUpdate)
            {
                File.WriteAllLines(source.ListingPath, lines);
            }

            Assert.Equal(lines, File.ReadAllLines(source.ListingPath));
        }
    }

    [Fact]
    public void A_listing_is_made_of_what_is_public_and_of_nothing_else()
    {
        var source = new SurfaceSource("P", "1.0.0", "o/r", "c", true, ["a.cs"], null, [@"\bSecret\b"], ["Azure.Core.Amqp: public class Raw"]);

        var lines = ListingReader.Read(source, [Sample]).ToList();

        Assert.Equal(
            [
                "package P 1.0.0", "source https://github.com/o/r/blob/c/a.cs", "using System", "using System.Threading",
                "using System.Threading.Tasks", "nullable enable", "namespace N", "[Obsolete(\"old\")]",
                "public sealed class A : IDisposable", "  internal A()", "  public const int Most = 3",
                "  public string? Name { get; protected set; }", "  public static Task<int> RunAsync(int a = 1, CancellationToken token = default)",
                "  public void Dispose()", "public enum E", "  One = 0", "  Two = 5", "namespace Azure.Core.Amqp", "opaque public class Raw",
            ],
            lines);
    }

    private const string Sample = """
        using System;
        using System.Threading;
        namespace N;
        [Obsolete("old"), Serializable]
        public sealed partial class A : System.IDisposable
        {
            private readonly int _x;
            internal A(int x) => _x = x;
            public const int Most = 3;
            public string? Name { get; protected set; }
            internal int Hidden { get; private set; }
            public int Secret => 1;
            public static async System.Threading.Tasks.Task<int> RunAsync(int a = 1, CancellationToken token = default) { return a; }
            public void Dispose() { }
        }
        internal class B { }
        public enum E { One, Two = 5 }
        """;

    /// <summary>A listing cannot tell "never null" from "not said", a package can.</summary>
    private static List<string> LinesOf(INamedTypeSymbol type) =>
        [.. PublicSurface.Of(type).Select(line => IsOfficialBuild ? line.Replace("!", "", StringComparison.Ordinal) : line)];

    private static INamedTypeSymbol? TypeOf(Compilation compilation, string name) => compilation.GetTypeByMetadataName(name);
}
