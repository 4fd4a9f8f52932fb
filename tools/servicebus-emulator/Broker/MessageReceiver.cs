namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// One receiver of a queue, or of a session held. Messages are pushed to its sink as far as it granted; receivers
/// that wait for the same queue are served in turn.
/// </summary>
public sealed class MessageReceiver
{
    /// <summary>How messages are handed over.</summary>
    public ReceiveMode Mode => throw new NotImplementedException();

    /// <summary>How many messages were handed to the sink so far.</summary>
    public long Delivered => throw new NotImplementedException();

    /// <summary>
    /// Sets up to how many messages in all the sink may be handed: for AMQP the link's delivery-count plus
    /// link-credit of the last flow, counted from 0. Being absolute, it needs no agreement on what is under way.
    /// A limit at or below <see cref="Delivered"/> stops deliveries.
    /// </summary>
    public void SetDeliveryLimit(long total) => throw new NotImplementedException();

    /// <summary>Grants <paramref name="count"/> more messages than are granted now.</summary>
    public void AddCredit(int count) => throw new NotImplementedException();

    /// <summary>
    /// Hands over what is available up to the limit, takes back the rest of the grant, then calls
    /// <see cref="IDeliverySink.OnDrained"/>.
    /// </summary>
    public void Drain() => throw new NotImplementedException();

    /// <summary>
    /// Ends the receiver: no delivery follows. Outside sessions its locked messages keep their locks until they
    /// are settled or expire; in a session, closing the lease gives them back.
    /// </summary>
    public void Close() => throw new NotImplementedException();
}
