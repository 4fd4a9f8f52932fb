using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>What the peer said, or what this side says where a connection, session or link ends.</summary>
internal sealed class AmqpFault(string condition, string? description, Exception? inner = null)
    : Exception(description ?? condition, inner)
{
    public const string ConnectionLost = "amqp:connection:lost";
    public const string ClosedHere = "amqp:closed-here";

    public string Condition { get; } = condition;

    public static AmqpFault From(Error? error, string otherwise) =>
        new(error?.Condition?.ToString() ?? otherwise, error?.Description ?? $"The peer ended it: {otherwise}.");
}
