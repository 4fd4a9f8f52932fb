using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker.Runtime;

/// <summary>
/// A stand-in that offers more than is used cannot be kept honest: what nobody calls has to go. Data that the runtime
/// fills or reads counts as used.
/// </summary>
public sealed class UnusedSurfaceTests
{
    private static readonly Assembly StandIn = typeof(FunctionContext).Assembly;

    [Fact]
    public void Each_public_method_is_called_by_the_product_or_by_the_contract()
    {
        Assembly[] users =
        [
            Assembly.Load("ServerlessGateway.Functions"),
            Assembly.LoadFrom(SampleApp.Location()),
            typeof(UnusedSurfaceTests).Assembly,
        ];
        var called = users.SelectMany(Calls).ToHashSet(StringComparer.Ordinal);

        var unused = StandIn.GetExportedTypes()
            .SelectMany(type => type.GetMethods(
                BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(IsOffered)
            .Select(Name)
            .Where(name => !called.Contains(name))
            .ToArray();

        Assert.True(unused.Length == 0, $"Nobody calls {string.Join(", ", unused)}.");
    }

    /// <summary>Properties of requests and attributes are data; those of the builder and of a context are offers.</summary>
    private static bool IsOffered(MethodInfo method) => method.GetBaseDefinition().DeclaringType!.Assembly == StandIn
        && (!method.IsSpecialName
            || (method.ReturnType != typeof(void) && IsNoData(method.DeclaringType!)));

    private static bool IsNoData(Type type) =>
        type == typeof(FunctionsApplicationBuilder) || type == typeof(FunctionContext);

    private static string Name(MemberInfo member) => $"{member.DeclaringType!.FullName}.{member.Name}";

    private static List<string> Calls(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => (member.Name, Type: metadata.GetTypeReference((TypeReferenceHandle)member.Parent)))
            .Select(member => string.Join(
                '.', metadata.GetString(member.Type.Namespace), metadata.GetString(member.Type.Name), metadata.GetString(member.Name)))];
    }
}
