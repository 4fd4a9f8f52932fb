namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>The host lost its worker while the function ran, and counts the execution as failed.</summary>
internal sealed class WorkerEndedException(string function)
    : Exception($"The worker ended while the function '{function}' ran.");
