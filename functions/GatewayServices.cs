using Microsoft.Extensions.DependencyInjection;
using ServerlessGateway.Access;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Observability;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;
using ServerlessGateway.Triggers;

namespace ServerlessGateway;

internal static class GatewayServices
{
    /// <summary>Registers all of the gateway but what it needs from outside, <see cref="AzureServices"/>.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services) => services
        .AddAccess()
        .AddSessions()
        .AddRequests()
        .AddPublishing()
        .AddReading()
        .AddInstances()
        .AddSequencing()
        .AddObservability()
        .AddEdges()
        .AddKnownSections(
            PublishingOptions.SectionName, ReadingOptions.SectionName, "Gateway:Hub", "Gateway:Instances", "Gateway:Namespaces");
}
