namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A message handed to one receiver.</summary>
/// <param name="Message">The message as it stands now.</param>
/// <param name="LockToken">What settles it; empty after receive-and-delete.</param>
/// <param name="LockedUntil">The end of the message's lock, in a session of the session's; null when unlocked.</param>
public sealed record Delivery(MessageSnapshot Message, Guid LockToken, DateTimeOffset? LockedUntil);
