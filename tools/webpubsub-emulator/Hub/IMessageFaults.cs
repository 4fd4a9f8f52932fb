namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What may go wrong with messages to clients, on command. Asked under the hub's lock, so it must not block.</summary>
internal interface IMessageFaults
{
    /// <summary>Whether anything can go wrong now: in most runs nothing can, and nothing else is asked.</summary>
    bool IsActive { get; }

    /// <summary>
    /// What a connection is sent now in the place of a message: nothing, the message, the message twice, or one that was
    /// held back behind it.
    /// </summary>
    IReadOnlyList<Delivery> Pass(HubCore hub, HubConnection to, Delivery delivery);
}
