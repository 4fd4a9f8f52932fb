namespace ServerlessGateway.WebPubSubEmulator.Quotas;

/// <summary>What an instance may be used for; null is without end, which is how an instance starts.</summary>
internal sealed record QuotaOptions
{
    public static QuotaOptions Unlimited { get; } = new();

    /// <summary>Connections at once, over all hubs.</summary>
    public int? Connections { get; init; }

    /// <summary>Billed messages of 2 KB that go out on one day of UTC.</summary>
    public long? MessagesPerDay { get; init; }

    /// <summary>REST calls in a second, with as many more at once after a pause.</summary>
    public int? RestCallsPerSecond { get; init; }
}
