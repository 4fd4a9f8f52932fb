namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What a receiver decides about a locked message. The derived records are all there are.</summary>
public abstract record Settlement
{
    private Settlement()
    {
    }

    /// <summary>Application properties to set on the message; not used by <see cref="Complete"/>.</summary>
    public IReadOnlyDictionary<string, object?>? PropertiesToModify { get; init; }

    /// <summary>Processed: the message is removed.</summary>
    public sealed record Complete : Settlement;

    /// <summary>Not processed: it is delivered again, first in line, with its delivery count raised.</summary>
    public sealed record Abandon : Settlement;

    /// <summary>Set aside: it stays, and is received by its sequence number only.</summary>
    public sealed record Defer : Settlement;

    /// <summary>Moved to the dead-letter queue.</summary>
    /// <param name="Reason">A short code, at most 4,096 characters.</param>
    /// <param name="Description">A longer text, at most 4,096 characters.</param>
    public sealed record DeadLetter(string? Reason, string? Description) : Settlement;
}
