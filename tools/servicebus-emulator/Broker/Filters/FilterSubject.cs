namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>What a filter may look at: a message as it arrives at its topic. Never its body.</summary>
/// <param name="Message">What the sender gave.</param>
/// <param name="EnqueuedTime">When the topic accepted it.</param>
/// <param name="SequenceNumber">Its number in the topic.</param>
/// <param name="NewId">Makes the ids that a filter asks for by <c>newid()</c>.</param>
internal sealed record FilterSubject(
    BrokerMessage Message, DateTimeOffset EnqueuedTime, long SequenceNumber, Func<Guid> NewId)
{
    /// <summary>Finds an application property, in the exact case first, then in any.</summary>
    internal bool TryFindProperty(string name, out object? value)
    {
        var properties = Message.ApplicationProperties;
        if (properties.TryGetValue(name, out value))
        {
            return true;
        }

        foreach (var (key, found) in properties)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = found;
                return true;
            }
        }

        return false;
    }
}
