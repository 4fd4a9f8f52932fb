namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The numbers of an entity and of its dead-letter queue, which share them: a message keeps its number when it is
/// dead-lettered.
/// </summary>
internal sealed class SequenceCounter
{
    internal long Last { get; private set; }

    internal long Next() => ++Last;

    internal void Reached(long number) => Last = Math.Max(Last, number);
}
