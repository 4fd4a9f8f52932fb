namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>How the messages of a queue that wait are given to receivers: to anyone, or session by session.</summary>
internal abstract class Distribution
{
    /// <summary>A message waits for a receiver, for the first time or again.</summary>
    internal abstract void Add(StoredMessage message);

    /// <summary>A message that waited is gone.</summary>
    internal abstract void Forget(StoredMessage message);

    /// <summary>A message became visible, whatever its state.</summary>
    internal virtual void Arrived(StoredMessage message)
    {
    }

    /// <summary>A visible message left the queue.</summary>
    internal virtual void Left(StoredMessage message)
    {
    }

    /// <summary>Ends all receivers and waits.</summary>
    internal abstract void Close(BrokerError reason);
}
