namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>Where the value of a parameter comes from.</summary>
internal sealed record ParameterSource(Type Type, bool IsTrigger, Func<InvocationContext, object?> Read);
