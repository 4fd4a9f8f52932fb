namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What is known of a connection when it opens: who it is, how it speaks, where it starts.</summary>
internal sealed record ConnectionSpec
{
    public required string ConnectionId { get; init; }

    public string? UserId { get; init; }

    public ClientProtocol Protocol { get; init; }

    /// <summary>
    /// Whether messages are numbered and kept until the client acknowledges them, so that the connection outlives its
    /// socket for a while.
    /// </summary>
    public bool IsReliable { get; init; }

    /// <summary>What a reliable client shows to recover its connection; told in <c>connected</c>.</summary>
    public string? ReconnectionToken { get; init; }

    /// <summary>The subprotocol agreed in the handshake, if any; also one of the application's own.</summary>
    public string? Subprotocol { get; init; }

    public PlainMode PlainMode { get; init; } = PlainMode.SendEvent;

    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<GroupName> Groups { get; init; } = [];

    /// <summary>The opaque state that the event handler set at connect; later answers replace it.</summary>
    public string? State { get; init; }
}
