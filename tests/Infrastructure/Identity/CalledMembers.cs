using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ServerlessGateway.Infrastructure.Tests.Identity;

/// <summary>
/// Which members of Azure's clients the app's compiled code refers to. A member that is not referred to can not be
/// called, so this is all that the app may need a grant for.
/// </summary>
internal static class CalledMembers
{
    /// <summary>The types whose calls reach a service.</summary>
    public static IReadOnlyList<string> Clients { get; } =
    [
        "Azure.Data.Tables.TableServiceClient", "Azure.Data.Tables.TableClient",
        "Azure.Messaging.ServiceBus.ServiceBusClient", "Azure.Messaging.ServiceBus.ServiceBusSender",
        "Azure.Messaging.ServiceBus.ServiceBusReceiver", "Azure.Messaging.ServiceBus.ServiceBusSessionReceiver",
        "Azure.Messaging.ServiceBus.ServiceBusProcessor", "Azure.Messaging.ServiceBus.ServiceBusSessionProcessor",
        "Azure.Messaging.ServiceBus.Administration.ServiceBusAdministrationClient",
        "Azure.Messaging.WebPubSub.WebPubSubServiceClient",
        "Microsoft.Azure.Functions.Worker.ServiceBusMessageActions", "Microsoft.Azure.Functions.Worker.ServiceBusSessionMessageActions",
    ];

    /// <summary>The members of those types that an assembly refers to, as <c>Type.Member</c>.</summary>
    public static IReadOnlyList<string> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => (Type: metadata.GetTypeReference((TypeReferenceHandle)member.Parent), Name: metadata.GetString(member.Name)))
            .Select(member => (
                Type: $"{metadata.GetString(member.Type.Namespace)}.{metadata.GetString(member.Type.Name)}",
                Name: member.Name == ".ctor" ? "new" : member.Name))
            .Where(member => Clients.Contains(member.Type))
            .Select(member => $"{member.Type.Split('.')[^1]}.{member.Name}")
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }
}
