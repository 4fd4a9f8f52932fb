using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>What every listener of Service Bus needs.</summary>
internal sealed record ListenerServices(
    ServiceBusClients Clients,
    SettlementChannel Channel,
    FunctionRunner Runner,
    BindingExpressions Expressions,
    HostFile HostFile,
    StandInSettings StandIn);
