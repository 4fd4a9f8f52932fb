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

    public static ConnectionEnd Lost { get; } = new(GoingAway, "The connection was lost.", EndKind.ConnectionLost);

    public static ConnectionEnd Stopping { get; } = new(GoingAway, "The service is stopping.", EndKind.ServiceReload);

    /// <summary>Cut at TCP level by a fault command: no close frame reaches the client.</summary>
    public static ConnectionEnd Dropped { get; } = new(GoingAway, "The connection was dropped.", EndKind.Dropped);

    public static ConnectionEnd ByServer(string reason) => new(Normal, reason, EndKind.ClosedByServer);
}
