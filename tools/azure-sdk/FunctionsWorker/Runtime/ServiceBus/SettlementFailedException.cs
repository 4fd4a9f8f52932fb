namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>
/// A settlement failed at the host. In the isolated worker it surfaces as the RPC library's exception, whose only trace
/// of the cause is text; so this type is as private, and the cause is no inner exception.
/// </summary>
internal sealed class SettlementFailedException(string statusCode, string detail)
    : Exception($"Status(StatusCode=\"{statusCode}\", Detail=\"{detail}\")")
{
    public static SettlementFailedException Unknown(Exception cause) => new("Unknown", cause.ToString());

    public static SettlementFailedException NotFound(string what) => new("FailedPrecondition", $"{what} not found.");
}
