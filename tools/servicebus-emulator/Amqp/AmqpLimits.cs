namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// What one peer may use of the server. Beyond a limit the peer is told which, and loses the link or connection.
/// </summary>
internal sealed record AmqpLimits
{
    /// <summary>The largest frame either side may send. 64 KiB is what the service announces.</summary>
    public int MaxFrameBytes { get; init; } = 65_536;

    /// <summary>
    /// The largest message or batch that any entity may be configured to take: 100 MiB, as in the Premium tier. What
    /// an entity takes is its own setting.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>
    /// The largest request to <c>$management</c>: the largest session state, or a full batch of messages to schedule,
    /// and what stands around it.
    /// </summary>
    public int MaxRequestBytes { get; init; } = (1024 + 64) * 1024;

    /// <summary>Connections at once; the service allows 5,000 to a namespace.</summary>
    public int MaxConnections { get; init; } = 5_000;

    /// <summary>Sessions of one connection: the JavaScript SDK opens one for each link.</summary>
    public int MaxSessionsPerConnection { get; init; } = 5_000;

    /// <summary>Links of one session.</summary>
    public int MaxLinksPerSession { get; init; } = 255;

    /// <summary>Transfer frames that a peer may have under way in one session.</summary>
    public int IncomingWindowFrames { get; init; } = 5_000;

    /// <summary>Messages that a sending link may have under way before the first is answered.</summary>
    public int SenderCredit { get; init; } = 1_000;

    /// <summary>Deliveries of one session that may await their settlement; beyond it no more are sent.</summary>
    public int MaxUnsettledPerSession { get; init; } = 2_048;

    /// <summary>Bytes received and not yet stored, for one connection; beyond it the connection is not read.</summary>
    public int MaxBytesBeingStored { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes written ahead of the peer; beyond it no more deliveries are handed to the connection.</summary>
    public int MaxBytesBeingSent { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes that come in ahead of the loop, for one connection: four of the largest frames, so that it never waits for
    /// the kernel.
    /// </summary>
    public int MaxBytesBeingRead { get; init; } = 4 * 65_536;

    /// <summary>
    /// Deliveries that the broker hands a link ahead of the wire, whatever credit the peer grants: a peer that grants
    /// two billion and does not read locks this many messages, no more.
    /// </summary>
    public int MaxDeliveriesAhead { get; init; } = 1_000;

    /// <summary>The same in bytes, by the average size of what the link delivered.</summary>
    public int MaxBytesAhead { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// What one connection may hold of parts of messages, links and answers it does not take: one of the largest
    /// messages in an array that grew by doubling, and room for all else. Beyond it the connection ends.
    /// </summary>
    public long MaxHeldBytesPerConnection { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// What all connections may hold together, messages on their way out of the broker for good included. Beyond it
    /// the connection that holds the most ends.
    /// </summary>
    public long MaxHeldBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>Notices that may wait for one connection's loop; no honest peer comes near it.</summary>
    public int MaxMailboxItems { get; init; } = 100_000;

    /// <summary>
    /// Requests to <c>$management</c> and <c>$cbs</c> whose answers the peer has not taken, per link.
    /// </summary>
    public int MaxAnswersPerLink { get; init; } = 1_000;

    /// <summary>From the accepted socket to the end of the handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A peer that is silent for twice this is gone; announced to the peer in open.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A peer that takes no byte for so long is closed.</summary>
    public TimeSpan SlowPeerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an attach waits for the next session when it does not say.</summary>
    public TimeSpan DefaultSessionWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest that an attach may wait for the next session.</summary>
    public TimeSpan MaxSessionWait { get; init; } = TimeSpan.FromMinutes(65);
}
