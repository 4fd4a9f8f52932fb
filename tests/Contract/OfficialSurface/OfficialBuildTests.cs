using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// The product compiles against the official packages' surface without a changed line, and its functions are such as the
/// worker's source generators index and call directly.
/// Source: https://github.com/Azure/azure-functions-dotnet-worker/tree/main/sdk/Sdk.Generators
/// </summary>
public sealed class OfficialBuildTests
{
    private const string Trigger = "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.TriggerBindingAttribute";

    /// <summary>What the worker fills in by the parameter's type alone.</summary>
    private static readonly string[] KnownWithoutAttribute =
    [
        "System.Threading.CancellationToken", "Microsoft.Azure.Functions.Worker.FunctionContext",
        "Microsoft.Azure.Functions.Worker.ServiceBusMessageActions", "Microsoft.Azure.Functions.Worker.ServiceBusSessionMessageActions",
    ];

    public static TheoryData<string> Apps => [ProductCompilation.Functions, ProductCompilation.SampleApp];

    /// <summary>The listings of the Azure SDK cannot tell whether a package says what can be null; the functions do in both cases.</summary>
    public static TheoryData<string> Parts =>
    [
        ProductCompilation.Protocol, ProductCompilation.Backend, ProductCompilation.Functions, ProductCompilation.AnnotatedFunctions,
        ProductCompilation.SampleApp, ProductCompilation.ContractTests,
    ];

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_compiles_against_the_official_surface_without_a_warning(string part)
    {
        var compiled = ProductCompilation.Of(part);

        Assert.True(compiled.Diagnostics.IsEmpty, OfficialAssemblies.Describe(compiled.Diagnostics));
        Assert.DoesNotContain(
            compiled.Compilation.References.Select(reference => reference.Display ?? ""),
            name => name.Contains("AzureSdk", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_official_surface_lacks_does_not_compile()
    {
        var invented = CSharpSyntaxTree.ParseText(
            "class Invented { object O = new Azure.Messaging.ServiceBus.ServiceBusClientOptions { Invented = 1 }; }",
            new CSharpParseOptions(LanguageVersion.CSharp14));
        var compilation = ProductCompilation.Of(ProductCompilation.Functions).Compilation.AddSyntaxTrees(invented);

        var error = Assert.Single(compilation.GetSemanticModel(invented).GetDiagnostics(), one => one.Severity == DiagnosticSeverity.Error);
        Assert.Equal("CS0117", error.Id);
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Each_function_is_one_that_the_workers_generators_index_and_can_call(string app)
    {
        var functions = FunctionsOf(ProductCompilation.Of(app).Compilation);

        Assert.NotEmpty(functions);
        var names = functions.Select(function => NameOf(function)!).ToList();
        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase), names);
        Assert.All(functions, function =>
        {
            Assert.Equal(Accessibility.Public, function.DeclaredAccessibility);
            Assert.False(function.IsGenericMethod || function.ContainingType.IsGenericType, $"{function} is generic.");
            Assert.False(function.ContainingType.IsAbstract, $"{function.ContainingType} cannot be made.");
            Assert.Single(function.Parameters, parameter => HasTrigger(parameter));
            Assert.DoesNotContain(function.Parameters, parameter => parameter.RefKind != RefKind.None);
            // AZFW0002: an async function that returns nothing cannot be awaited.
            Assert.False(function is { IsAsync: true, ReturnsVoid: true }, $"{function} is async void.");
        });
    }

    /// <summary>An internal class works too, by reflection: the sample app's are so.</summary>
    [Fact]
    public void The_products_functions_are_called_without_reflection() => Assert.All(
        FunctionsOf(ProductCompilation.Of(ProductCompilation.Functions).Compilation),
        function => Assert.True(IsPublic(function.ContainingType), $"{function.ContainingType} is not public."));

    [Theory]
    [MemberData(nameof(Apps))]
    public void Each_parameter_of_a_function_is_bound_by_its_trigger_its_type_or_the_route(string app)
    {
        foreach (var function in FunctionsOf(ProductCompilation.Of(app).Compilation))
        {
            var trigger = function.Parameters.Single(HasTrigger).GetAttributes().Single(IsTrigger);
            var route = trigger.NamedArguments.FirstOrDefault(argument => argument.Key == "Route").Value.Value as string ?? "";

            Assert.All(
                function.Parameters.Where(parameter => !HasTrigger(parameter)),
                parameter => Assert.True(
                    KnownWithoutAttribute.Contains(parameter.Type.ToDisplayString()) || IsInRoute(route, parameter.Name),
                    $"Nothing fills {parameter} of {function}."));
        }
    }

    private static List<IMethodSymbol> FunctionsOf(Compilation compilation) =>
    [
        .. compilation.GetSymbolsWithName(_ => true, SymbolFilter.Member)
            .OfType<IMethodSymbol>()
            .Where(method => NameOf(method) is not null),
    ];

    private static string? NameOf(IMethodSymbol method) => method.GetAttributes()
        .FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == "Microsoft.Azure.Functions.Worker.FunctionAttribute")
        ?.ConstructorArguments[0].Value as string;

    private static bool HasTrigger(IParameterSymbol parameter) => parameter.GetAttributes().Any(IsTrigger);

    private static bool IsTrigger(AttributeData attribute) => attribute.AttributeClass?.BaseType?.ToDisplayString() == Trigger;

    private static bool IsInRoute(string route, string name) =>
        route.Contains($"{{{name}}}", StringComparison.Ordinal) || route.Contains($"{{{name}:", StringComparison.Ordinal)
        || route.Contains($"{{{name}?", StringComparison.Ordinal);

    private static bool IsPublic(INamedTypeSymbol type) => type.DeclaredAccessibility == Accessibility.Public
        && (type.ContainingType is null || IsPublic(type.ContainingType));
}
