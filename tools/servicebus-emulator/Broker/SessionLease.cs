namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The exclusive lock on one session. It ends by <see cref="Release"/> or by expiry, then every call on it
/// answers <see cref="BrokerErrorCode.SessionLockLost"/>.
/// </summary>
public sealed class SessionLease
{
    /// <summary>The session held.</summary>
    public string SessionId => throw new NotImplementedException();

    /// <summary>When the lock ends unless it is renewed.</summary>
    public DateTimeOffset LockedUntil => throw new NotImplementedException();

    /// <summary>Whether the lock still stands.</summary>
    public bool IsHeld => throw new NotImplementedException();

    /// <summary>
    /// Opens the lease's receiver; one at a time. When the lease expires the sink is told by
    /// <see cref="IDeliverySink.OnClosed"/>.
    /// </summary>
    public BrokerResult<MessageReceiver> OpenReceiver(ReceiveMode mode, IDeliverySink sink) =>
        throw new NotImplementedException();

    /// <summary>Extends the lock to a full lock duration from now and returns its new end.</summary>
    public BrokerResult<DateTimeOffset> Renew() => throw new NotImplementedException();

    /// <summary>The state kept with the session; null when none was set.</summary>
    public BrokerResult<ReadOnlyMemory<byte>?> GetState() => throw new NotImplementedException();

    /// <summary>Sets the state, or clears it with null. Done when durable; null means success.</summary>
    public Task<BrokerError?> SetStateAsync(ReadOnlyMemory<byte>? state) => throw new NotImplementedException();

    /// <summary>
    /// Settles a message of this session. Done when durable; null means success.
    /// </summary>
    public Task<BrokerError?> SettleAsync(Guid lockToken, Settlement settlement) =>
        throw new NotImplementedException();

    /// <summary>
    /// Receives deferred messages of the session by sequence number; all or none
    /// (<see cref="BrokerErrorCode.MessageNotFound"/>).
    /// </summary>
    public Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveDeferredAsync(
        IReadOnlyList<long> sequenceNumbers, ReceiveMode mode) => throw new NotImplementedException();

    /// <summary>
    /// Gives the session back. Messages not settled go back to its head, in their order, and their delivery
    /// counts stay. Idempotent.
    /// </summary>
    public void Release() => throw new NotImplementedException();
}
