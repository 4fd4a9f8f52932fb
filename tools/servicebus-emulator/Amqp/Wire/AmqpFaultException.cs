namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>A peer broke the protocol; carries the condition that it is told before its connection ends.</summary>
internal sealed class AmqpFaultException(string condition, string description, Exception? cause = null)
    : Exception(description, cause)
{
    public string Condition { get; } = condition;
}
