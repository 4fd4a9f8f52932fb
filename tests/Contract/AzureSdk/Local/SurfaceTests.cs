using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Azure.Messaging.ServiceBus;
using Azure.Messaging.WebPubSub;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>
/// A stand-in has the official names and no more than is used of them: what nobody uses nobody has compared with the
/// official package.
/// </summary>
public sealed class SurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<Type> StandIns => [typeof(ServiceBusClient), typeof(WebPubSubServiceClient)];

    [Theory]
    [MemberData(nameof(StandIns))]
    public void Public_types_stand_in_the_official_namespace_only(Type client)
    {
        var strangers = client.Assembly.GetExportedTypes().Where(type => type.Namespace != client.Namespace);

        Assert.Empty(strangers);
        Assert.Equal(client.Namespace, client.FullName![..client.FullName!.LastIndexOf('.')]);
    }

    [Theory]
    [MemberData(nameof(StandIns))]
    public void Every_public_member_is_used_by_a_consumer_or_held_to_a_contract(Type client)
    {
        var used = UsedMembers(client.Assembly.GetName().Name!);

        var unused = client.Assembly.GetExportedTypes()
            .Where(type => !type.IsEnum)
            .SelectMany(type => type.GetMembers(Declared))
            .Where(member => Entrances(member).ToList() is { Count: > 0 } entrances && !entrances.Exists(used.Contains))
            .Select(member => $"{member.DeclaringType!.Name}.{member}")
            .ToList();

        Assert.True(unused.Count == 0, string.Join('\n', unused));
    }

    /// <summary>The methods by which a member is used; of a property or an event any will do.</summary>
    private static IEnumerable<string> Entrances(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } or MethodInfo { Name: nameof(IDisposable.Dispose) } => [],
        MethodInfo method when IsOverride(method) => [],
        MethodBase method => [NameOf(method)],
        PropertyInfo property => property.GetAccessors().Where(accessor => !IsOverride(accessor)).Select(NameOf),
        EventInfo { AddMethod: { } add } => [NameOf(add)],
        _ => [],
    };

    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition().DeclaringType != method.DeclaringType;

    private static string NameOf(MethodBase method) =>
        $"{method.DeclaringType!.FullName}.{method.Name}/{method.GetParameters().Length}";

    /// <summary>What the assemblies beside the tests refer to, by name and number of parameters.</summary>
    private static HashSet<string> UsedMembers(string standIn)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(AppContext.BaseDirectory, "ServerlessGateway.*.dll"))
        {
            if (Path.GetFileNameWithoutExtension(path) != standIn)
            {
                AddReferences(path, used);
            }
        }

        return used;
    }

    private static void AddReferences(string path, HashSet<string> used)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MemberReferences)
        {
            var reference = metadata.GetMemberReference(handle);
            if (reference.Parent.Kind == HandleKind.TypeReference && reference.GetKind() == MemberReferenceKind.Method)
            {
                var type = metadata.GetTypeReference((TypeReferenceHandle)reference.Parent);
                var signature = metadata.GetBlobReader(reference.Signature);
                signature.ReadSignatureHeader();
                used.Add($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}"
                    + $".{metadata.GetString(reference.Name)}/{signature.ReadCompressedInteger()}");
            }
        }
    }
}
