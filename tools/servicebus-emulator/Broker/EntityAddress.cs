namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// A parsed address. Tolerates what clients send: full URIs (<c>amqps://host/orders</c>), a leading slash, any
/// case, and the suffixes <c>/Subscriptions/{name}</c>, <c>/$DeadLetterQueue</c> and <c>/$management</c>.
/// </summary>
/// <param name="Entity">The queue's or topic's name, as it was given.</param>
/// <param name="Subscription">The subscription's name, if any.</param>
/// <param name="IsDeadLetterQueue">Whether the dead-letter queue is meant.</param>
/// <param name="IsManagement">Whether the entity's management node is meant.</param>
public readonly record struct EntityAddress(
    string Entity, string? Subscription, bool IsDeadLetterQueue, bool IsManagement)
{
    /// <summary>Parses an address; false when it is none.</summary>
    public static bool TryParse(string? text, out EntityAddress address) => throw new NotImplementedException();

    /// <summary>The canonical form, without the management suffix.</summary>
    public string ToEntityPath() =>
        (Subscription is null ? Entity : $"{Entity}/Subscriptions/{Subscription}")
        + (IsDeadLetterQueue ? "/$deadletterqueue" : "");
}
