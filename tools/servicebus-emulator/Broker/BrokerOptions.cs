namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What bounds the broker as a whole.</summary>
public sealed record BrokerOptions
{
    /// <summary>The largest message of the Standard tier; an entity that takes larger ones counts as Premium.</summary>
    internal const int StandardMessageBytes = 256 * 1024;

    /// <summary>How many bytes all entities may hold together (everything is in memory); 2 GiB by default.</summary>
    public long MaxTotalBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>How many messages one send may carry; Azure allows 4,500.</summary>
    public int MaxBatchMessages { get; init; } = 4_500;

    /// <summary>How many receivers and session waits an entity may have at once; Azure allows 5,000.</summary>
    public int MaxReceiversPerEntity { get; init; } = 5_000;

    /// <summary>How many message ids an entity remembers for duplicate detection; beyond it the oldest leave early.</summary>
    public int MaxDuplicateHistory { get; init; } = 1_000_000;

    /// <summary>The largest session state: 256 KiB, as in the Standard tier.</summary>
    public int MaxSessionStateBytes { get; init; } = 256 * 1024;

    /// <summary>The largest session state of an entity that takes larger messages than the Standard tier: 1 MiB.</summary>
    public int MaxPremiumSessionStateBytes { get; init; } = 1024 * 1024;

    /// <summary>How many entities a message may pass by forwarding; Azure allows 4.</summary>
    public int MaxForwardHops { get; init; } = 4;

    /// <summary>How many SQL filters the subscriptions of a topic may have together; Azure allows 2,000.</summary>
    public int MaxSqlFiltersPerTopic { get; init; } = 2_000;

    /// <summary>How many correlation filters the subscriptions of a topic may have together; Azure allows 100,000.</summary>
    public int MaxCorrelationFiltersPerTopic { get; init; } = 100_000;
}
