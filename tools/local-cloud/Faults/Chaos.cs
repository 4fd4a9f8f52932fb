namespace ServerlessGateway.LocalCloud.Faults;

/// <summary>
/// A bad day of the platform: everything that it may do to a gateway that promises to lose nothing, often enough to matter
/// and seldom enough to go on. Every rule is spent after a while, so that a run ends in calm: a client that loses the last
/// message of a channel, and the notice of it too, finds out by its idle check, minutes later. A seed gives the same
/// decisions for the same occasions; how occasions interleave is up to the machine.
/// </summary>
public static class Chaos
{
    /// <summary>Puts the rules in force on all emulators of a stack.</summary>
    public static async Task StrikeAsync(StackFaults faults, IEnumerable<string> instances, long seed, CancellationToken cancellationToken)
    {
        foreach (var (instance, index) in instances.Select((instance, index) => (instance, index)))
        {
            await faults.AddToInstanceAsync(instance, WebPubSub(seed + index), cancellationToken);
        }

        await faults.AddToServiceBusAsync(ServiceBus(seed), cancellationToken);
    }

    /// <summary>
    /// Rules for one Web PubSub instance. Sends are refused with 503 and not with 429: the gateway answers throttling that
    /// recurs by ever longer windows in which clients check, and a run would wait for them.
    /// </summary>
    private static object WebPubSub(long seed) => new
    {
        seed,
        rules = new object[]
        {
            new { kind = "loseMessage", rate = 0.2, count = 15 },
            new { kind = "doubleMessage", rate = 0.2, count = 20 },
            new { kind = "reorderMessage", rate = 0.2, count = 20, delayMs = 500 },
            new { kind = "delayMessage", rate = 0.2, count = 20, delayMs = 300 },
            new { kind = "loseAcceptedSend", rate = 0.1, count = 3 },
            new { kind = "refuseRest", target = new { method = "POST" }, rate = 0.1, count = 3 },
            new { kind = "loseCallbackAnswer", rate = 0.1, count = 3 },
            new { kind = "doubleCallback", rate = 0.2, count = 10 },
            new { kind = "dropConnection", rate = 0.2, count = 2, everyMs = 500 },
        },
    };

    /// <summary>
    /// Rules for Service Bus. Lost answers to sends and settlements are not among them: hosts and backends wait for each as
    /// long as their clients do, up to a minute and again, and a shard stands still meanwhile. Nothing is lost by it, but
    /// much time.
    /// </summary>
    private static object ServiceBus(long seed) => new
    {
        seed,
        rules = new object[]
        {
            new { kind = "serverBusy", target = new { operation = "send", entity = "ingress" }, rate = 0.1, count = 3 },
            new { kind = "delaySettlement", rate = 0.1, count = 5, delayMs = 200 },
            new { kind = "expireLock", target = new { entity = "ingress" }, rate = 0.2, count = 2, everyMs = 500 },
            new { kind = "detachLink", target = new { entity = "ingress" }, rate = 0.2, count = 2, everyMs = 700 },
        },
    };
}
