namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Tasks that are done already.</summary>
internal static class Completed
{
    internal static Task<BrokerError?> WithoutError { get; } = Task.FromResult<BrokerError?>(null);

    internal static Task<BrokerError?> With(BrokerError error) => Task.FromResult<BrokerError?>(error);

    internal static Task<BrokerResult<T>> Refusal<T>(BrokerError error) =>
        Task.FromResult(BrokerResult.Refusal<T>(error));
}
