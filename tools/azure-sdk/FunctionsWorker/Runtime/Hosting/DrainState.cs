namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>How far a drain is, in the host's own words.</summary>
internal enum DrainState
{
    Disabled,
    InProgress,
    Completed,
}
