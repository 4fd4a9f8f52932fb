using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>A function as found in the app: its name, its trigger and how its parameters are filled.</summary>
internal sealed class FunctionEntry(
    string name, MethodInfo method, TriggerBindingAttribute trigger, IReadOnlyList<ParameterSource> parameters)
    : FunctionDefinition
{
    private readonly MethodInvoker _invoker = MethodInvoker.Create(method);
    private readonly Awaiting _awaiting = Awaiting.For(method.ReturnType);

    public override string Name => name;

    /// <summary>Stable over restarts, and different for functions of different apps.</summary>
    public string Id { get; } = StableId.Of(name, method);

    public MethodInfo Method => method;

    public TriggerBindingAttribute Trigger => trigger;

    public Type TriggerType => parameters.First(parameter => parameter.IsTrigger).Type;

    public async Task<object?> InvokeAsync(object? instance, InvocationContext context)
    {
        var arguments = parameters.Select(parameter => parameter.Read(context)).ToArray();
        return await _awaiting.ResultAsync(_invoker.Invoke(instance, arguments));
    }
}
