using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>One execution: what triggered it, and the scope of services that ends with it.</summary>
internal sealed class InvocationContext(
    FunctionEntry function, TriggerData data, IServiceProvider services, CancellationToken cancellationToken)
    : FunctionContext
{
    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => function.Id;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override CancellationToken CancellationToken => cancellationToken;

    public TriggerData Data => data;
}
