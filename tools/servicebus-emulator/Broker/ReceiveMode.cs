namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What happens to a message when it is handed to a receiver.</summary>
public enum ReceiveMode
{
    /// <summary>It is locked until it is settled: at least once.</summary>
    PeekLock,

    /// <summary>It is gone: at most once.</summary>
    ReceiveAndDelete,
}
