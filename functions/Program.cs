using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using ServerlessGateway;
using ServerlessGateway.Access;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Instances;
using ServerlessGateway.Observability;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;
using ServerlessGateway.Triggers;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddAccess()
    .AddSessions()
    .AddRequests()
    .AddPublishing()
    .AddReading()
    .AddInstances()
    .AddObservability()
    .AddEdges()
    .AddAzure()
    .AddKnownSections(
        PublishingOptions.SectionName, ReadingOptions.SectionName, "Gateway:Hub", "Gateway:Instances", "Gateway:Namespaces");
builder.Build().Run();
