namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Where a message stands; the numbers are those of <c>x-opt-message-state</c>.</summary>
public enum MessageState
{
    /// <summary>Waiting or locked by a receiver.</summary>
    Active = 0,

    /// <summary>Set aside: received only by its sequence number.</summary>
    Deferred = 1,

    /// <summary>Not yet due.</summary>
    Scheduled = 2,
}
