namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>
/// Where live Azure is, from environment variables; none of them is needed. Connection strings are as the portal gives
/// them; a namespace's host name or an endpoint without a key is reached with <c>DefaultAzureCredential</c>.
/// </summary>
internal static class LiveSettings
{
    /// <summary>A Service Bus namespace of the tier Standard: a connection string or its host name.</summary>
    public const string ServiceBusVariable = "GATEWAY_LIVE_SERVICEBUS";

    /// <summary>A queue there that nobody else reads. Default <c>contract</c>.</summary>
    public const string QueueVariable = "GATEWAY_LIVE_QUEUE";

    /// <summary>A queue there with sessions that nobody else reads. Default <c>contract-sessions</c>.</summary>
    public const string SessionQueueVariable = "GATEWAY_LIVE_SESSION_QUEUE";

    /// <summary>A Web PubSub instance: a connection string or its endpoint.</summary>
    public const string WebPubSubVariable = "GATEWAY_LIVE_WEBPUBSUB";

    /// <summary>A hub there without event handlers. Default <c>contract</c>.</summary>
    public const string HubVariable = "GATEWAY_LIVE_HUB";

    public static string? ServiceBus => Read(ServiceBusVariable);

    public static string Queue => Read(QueueVariable) ?? "contract";

    public static string SessionQueue => Read(SessionQueueVariable) ?? "contract-sessions";

    public static string? WebPubSub => Read(WebPubSubVariable);

    public static string Hub => Read(HubVariable) ?? "contract";

    private static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
