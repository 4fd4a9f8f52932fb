namespace ServerlessGateway.Client.Core;

/// <summary>
/// The times and bounds of the core; those that applications may set come from <see cref="GatewayClientOptions"/>.
/// </summary>
internal sealed record CoreOptions
{
    public StoredSession? Continue { get; init; }

    public IReadOnlyList<string> AvoidInstances { get; init; } = [];

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public int MaxOutboxPublications { get; init; } = 10_000;

    public int MaxOutboxBytes { get; init; } = 16 * 1024 * 1024;

    public int MaxQueuedMessages { get; init; } = 1024;

    public int MaxQueuedBytes { get; init; } = 4 * 1024 * 1024;

    public int MaxHeldMessages { get; init; } = 1024;

    public int MaxHeldBytes { get; init; } = 2 * 1024 * 1024;

    public TimeSpan HoleDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Negotiate and opening together; well above a cold start of the functions.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Every request is answered within 20 s; 10 s more for the way there and back.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an acknowledged request may still be answered.</summary>
    public TimeSpan AnswerGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection that lived this long was a good one: the back-off begins anew.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan HighestBackOff { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>An epoch ends for all its subscribers at once; their questions are spread over this.</summary>
    public TimeSpan EpochSpread { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Positions that changed are sent alone at most this often.</summary>
    public TimeSpan PositionInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Heads are at most 1 s old when a check is answered, so after a notice it waits twice that.</summary>
    public TimeSpan CheckDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The gateway remembers numbers for 10 minutes; the last minute covers the way there and a clock that drifts.
    /// </summary>
    public TimeSpan RepeatLimit { get; init; } = TimeSpan.FromMinutes(9);

    public static CoreOptions Of(GatewayClientOptions options) => new()
    {
        Continue = options.Continue,
        AvoidInstances = options.AvoidInstances,
        ConnectTimeout = options.ConnectTimeout,
        CloseTimeout = options.CloseTimeout,
        MaxOutboxPublications = options.MaxOutboxPublications,
        MaxOutboxBytes = options.MaxOutboxBytes,
        MaxQueuedMessages = options.MaxQueuedMessages,
        MaxQueuedBytes = options.MaxQueuedBytes,
        MaxHeldMessages = options.MaxHeldMessages,
        MaxHeldBytes = options.MaxHeldBytes,
        HoleDelay = options.HoleDelay,
        CheckInterval = options.CheckInterval,
        PingInterval = options.PingInterval,
        DeadAfter = options.DeadAfter,
    };
}
