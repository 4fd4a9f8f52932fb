using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>What triggered a function, and what else its trigger offers to bind to.</summary>
internal sealed record TriggerData(object Value, params object[] Companions)
{
    /// <summary>Parts of the trigger that bind by a parameter's name: the values of a route.</summary>
    public IReadOnlyDictionary<string, object?> Named { get; init; } = new Dictionary<string, object?>();

    /// <summary>Told of the execution before the function runs.</summary>
    public Action<FunctionContext>? Begin { get; init; }

    public object Companion(Type type) => Companions.First(type.IsInstanceOfType);
}
