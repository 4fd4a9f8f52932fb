namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>Why a connection ended, in the service's own categories where it has one.</summary>
internal enum EndKind
{
    ClosedByClient,
    ClosedByServer,
    ConnectionLost,
    SlowClient,
    SendEventFailed,
    EventHandlerNotFound,
    BadRequest,
    ServiceReload,
    Dropped,
    InternalError,

    /// <summary>Only the socket ended: the client came back on another one.</summary>
    Replaced,
}

/// <summary>How a connection ends: the close status on the wire, the reason told to client and handler, the category.</summary>
internal sealed record ConnectionEnd(int CloseStatus, string Reason, EndKind Kind)
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int InvalidType = 1003;

    public const int InvalidPayload = 1007;
    public const int PolicyViolation = 1008;
    public const int TooBig = 1009;
    public const int InternalError = 1011;

    public static ConnectionEnd SlowClient { get; } =
        new(PolicyViolation, "The client does not read fast enough.", EndKind.SlowClient);

    /// <summary>A reliable client left too much unacknowledged; nothing of it can be recovered.</summary>
    public static ConnectionEnd Unacknowledged { get; } =
        new(PolicyViolation, "Too many messages wait to be acknowledged.", EndKind.SlowClient);

    public static ConnectionEnd Lost { get; } = new(GoingAway, "The connection was lost.", EndKind.ConnectionLost);

    public static ConnectionEnd Stopping { get; } = new(GoingAway, "The service is stopping.", EndKind.ServiceReload);

    /// <summary>A mistake of the emulator's own; it costs the one connection that met it.</summary>
    public static ConnectionEnd Failed { get; } =
        new(InternalError, "The service failed to serve the connection.", EndKind.InternalError);

    /// <summary>Cut at TCP level by a fault command: no close frame reaches the client.</summary>
    public static ConnectionEnd Dropped { get; } = new(GoingAway, "The connection was dropped.", EndKind.Dropped);

    public static ConnectionEnd Replaced { get; } =
        new(GoingAway, "The client recovered the connection elsewhere.", EndKind.Replaced);

    /// <summary>
    /// Whether only the socket is gone, so that a reliable client may come back. A client that closes with 1000, or
    /// without a status, is done; with any other one it may be a page that is left or a proxy that restarts.
    /// </summary>
    public bool IsRecoverable => Kind is EndKind.ConnectionLost or EndKind.Dropped
        || (Kind == EndKind.ClosedByClient && CloseStatus != Normal);

    /// <summary>Whether the client is told before the socket closes.</summary>
    public bool IsAnnounced => Kind is not (EndKind.SlowClient or EndKind.ConnectionLost or EndKind.Dropped
        or EndKind.ClosedByClient or EndKind.Replaced);

    public static ConnectionEnd ByServer(string reason) => new(Normal, reason, EndKind.ClosedByServer);
}
