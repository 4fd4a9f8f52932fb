using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>What all connections share.</summary>
/// <param name="Broker">Where messages go and come from.</param>
/// <param name="Key">The key that tokens are signed with.</param>
/// <param name="Limits">What one peer may use.</param>
/// <param name="Time">The clock.</param>
/// <param name="NewId">Makes message ids for messages without one.</param>
/// <param name="ContainerId">The name under which the server opens.</param>
/// <param name="Faults">What goes wrong on command.</param>
internal sealed record AmqpServices(
    MessageBroker Broker,
    SharedAccessKey Key,
    AmqpLimits Limits,
    TimeProvider Time,
    Func<Guid> NewId,
    string ContainerId,
    NamespaceFaults Faults);
