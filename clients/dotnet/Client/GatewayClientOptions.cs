namespace ServerlessGateway.Client;

/// <summary>Settings of a <see cref="GatewayClient"/>; immutable, so share them and vary them by <c>with</c>.</summary>
public sealed record GatewayClientOptions
{
    /// <summary>The gateway's address; <c>api/negotiate</c> is appended. Required, http or https.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// Gives the application's token for the user; asked before every connection attempt, so cache it there while it is
    /// valid. Required. An exception counts as a failed attempt and is repeated after a back-off.
    /// </summary>
    public required Func<CancellationToken, ValueTask<string>> GetToken { get; init; }

    /// <summary>A session to go on with; null begins a new one.</summary>
    public StoredSession? Continue { get; init; }

    /// <summary>Instances not to be sent to, where another is to be had. None by default.</summary>
    public IReadOnlyList<string> AvoidInstances { get; init; } = [];

    /// <summary>
    /// How long <see cref="GatewayClient.ConnectAsync"/> tries before it gives up with 5004; from 1 second, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>. 30 seconds by default. A lost connection is retried for ever.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long closing waits for outcomes that are under way. 5 seconds by default, up to 5 minutes.
    /// </summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Publications that may wait for their outcome; beyond, they are refused with 5003. 10,000 by default.
    /// </summary>
    public int MaxOutboxPublications { get; init; } = 10_000;

    /// <summary>
    /// Bytes of payload that may wait for their outcome; beyond, they are refused with 5003. 16 MiB by default.
    /// </summary>
    public int MaxOutboxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Messages of one subscription that may wait for the application. When so many wait the client stops reading, and
    /// catches up from the log afterwards: a slow application costs time, never messages within retention. 1,024 by
    /// default.
    /// </summary>
    public int MaxQueuedMessages { get; init; } = 1024;

    /// <summary>Payload bytes of one subscription that may wait for the application. 4 MiB by default.</summary>
    public int MaxQueuedBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Messages of one channel that are held while an earlier one is missing or the application is slow; beyond, the
    /// highest are dropped and read from the log later. 1,024 by default.
    /// </summary>
    public int MaxHeldMessages { get; init; } = 1024;

    /// <summary>Payload bytes of one channel that are held so. 2 MiB by default.</summary>
    public int MaxHeldBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// How long a message that overtook another waits for it before the hole is read from the log. 300 milliseconds by
    /// default: frames of one channel overtake each other by far less.
    /// </summary>
    public TimeSpan HoleDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// How long a channel may be silent before its head is asked for, ±20 %. 3 minutes by default, from 1 second.
    /// </summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often a connection is pinged. 20 seconds by default.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long nothing may arrive before the connection counts as dead; more than two of <see cref="PingInterval"/>.
    /// 50 seconds by default.
    /// </summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>The clock; for tests of applications.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The HTTP client for negotiate, owned by the application; null makes one of our own.</summary>
    public HttpClient? HttpClient { get; init; }

    /// <summary>Checks every limit.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it, its value and the
    /// range.</exception>
    internal void Validate()
    {
        var isWeb = Endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https" };
        Check(isWeb, nameof(Endpoint), Endpoint, "an absolute http or https address");
        Check(GetToken is not null, nameof(GetToken), "null", "a function");
        var isPatient = ConnectTimeout == Timeout.InfiniteTimeSpan || ConnectTimeout >= TimeSpan.FromSeconds(1);
        Check(isPatient, nameof(ConnectTimeout), ConnectTimeout, "at least 1 second, or infinite");
        CheckRange(CloseTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(CloseTimeout));
        CheckRange(MaxOutboxPublications, 1, 1_000_000, nameof(MaxOutboxPublications));
        CheckRange(MaxOutboxBytes, 1024, 1024 * 1024 * 1024, nameof(MaxOutboxBytes));
        CheckRange(MaxQueuedMessages, 1, 1_000_000, nameof(MaxQueuedMessages));
        CheckRange(MaxQueuedBytes, 1024, 1024 * 1024 * 1024, nameof(MaxQueuedBytes));
        CheckRange(MaxHeldMessages, 1, 1_000_000, nameof(MaxHeldMessages));
        CheckRange(MaxHeldBytes, 1024, 1024 * 1024 * 1024, nameof(MaxHeldBytes));
        CheckRange(HoleDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1), nameof(HoleDelay));
        CheckRange(CheckInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(CheckInterval));
        CheckRange(PingInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2), nameof(PingInterval));
        CheckRange(DeadAfter, PingInterval * 2, TimeSpan.FromMinutes(10), nameof(DeadAfter));
    }

    private static void CheckRange<T>(T value, T lowest, T highest, string name)
        where T : IComparable<T> =>
        Check(
            value.CompareTo(lowest) >= 0 && value.CompareTo(highest) <= 0, name, value, $"from {lowest} to {highest}");

    private static void Check(bool holds, string name, object? value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is {value}; it must be {range}.", name);
        }
    }
}
