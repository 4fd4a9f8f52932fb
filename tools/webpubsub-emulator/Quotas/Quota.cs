using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Quotas;

/// <summary>
/// Says whether there is room for one more: handshake, REST call, message. Living connections and what they send are
/// never cut off.
/// </summary>
internal sealed class Quota(
    QuotaOptions options, HubLimits limits, HubRegistry hubs, DailyMessages messages, TimeProvider time)
{
    private readonly CallRate? _rate = options.RestCallsPerSecond is { } perSecond ? new CallRate(perSecond, time) : null;

    /// <summary>Whether the messages of the day are not used up.</summary>
    public bool HasMessages => options.MessagesPerDay is not { } limit || messages.Count < limit;

    /// <summary>Why no client may come in; null when one may.</summary>
    public string? RefusalOfClient()
    {
        if (hubs.ConnectionCount >= limits.MaxConnections) return "The connection count limit is reached.";
        return HasMessages ? null : "The messages of this day are used up.";
    }

    /// <summary>Zero for a REST call that may go on; else how long it should wait.</summary>
    public TimeSpan WaitOfRestCall() => _rate?.Take() ?? TimeSpan.Zero;
}
