namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A topic: each message goes to every subscription whose rules it matches.</summary>
public sealed class MessageTopic : BrokerEntity
{
    internal MessageTopic(string address)
        : base(address, EntityKind.Topic)
    {
    }

    /// <summary>The subscriptions, in the order of the configuration.</summary>
    public IReadOnlyList<MessageQueue> Subscriptions => throw new NotImplementedException();

    /// <inheritdoc/>
    public override long MaxMessageBytes => throw new NotImplementedException();

    /// <inheritdoc/>
    public override bool RequiresSession => false;

    /// <inheritdoc/>
    public override Task<BrokerError?> SendAsync(IReadOnlyList<BrokerMessage> messages) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public override Task<BrokerResult<IReadOnlyList<long>>> ScheduleAsync(IReadOnlyList<BrokerMessage> messages) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public override Task<BrokerError?> CancelScheduledAsync(IReadOnlyList<long> sequenceNumbers) =>
        throw new NotImplementedException();
}
