namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>An encoded message on its way to a peer.</summary>
/// <param name="Payload">All its sections.</param>
/// <param name="Tag">The delivery tag: for a locked message its lock token.</param>
/// <param name="LockToken">The lock token again, for settlements.</param>
/// <param name="IsSettled">Sent settled: no disposition will come.</param>
internal sealed record OutgoingMessage(ReadOnlyMemory<byte> Payload, byte[] Tag, Guid LockToken, bool IsSettled);

/// <summary>A delivery that the peer has not settled.</summary>
internal sealed class OutgoingDelivery(OutgoingLink link, Guid lockToken)
{
    public OutgoingLink Link { get; } = link;

    public Guid LockToken { get; } = lockToken;

    /// <summary>Whether a settlement is under way; a second one for the same delivery is ignored.</summary>
    public bool IsBeingSettled { get; set; }
}
