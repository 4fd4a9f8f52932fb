namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// What the owner of a receiver is told. Calls for one broker come one at a time, in the order of events, without
/// the broker's lock: a sink may call the broker, and must not block, since it holds up everybody's deliveries.
/// </summary>
public interface IDeliverySink
{
    /// <summary>A message for this receiver, within the limit it granted.</summary>
    void OnDelivery(Delivery delivery);

    /// <summary>
    /// The answer to <see cref="MessageReceiver.Drain"/>: everything that was available has been delivered, and
    /// nothing more comes before a new grant.
    /// </summary>
    void OnDrained();

    /// <summary>
    /// The receiver ended, and not because its owner closed it: a session's lock was lost, or the broker stopped.
    /// Nothing follows.
    /// </summary>
    void OnClosed(BrokerError error);
}
