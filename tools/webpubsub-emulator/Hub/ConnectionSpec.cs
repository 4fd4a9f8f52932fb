namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What is known of a connection when it opens: who it is, how it speaks, where it starts.</summary>
internal sealed record ConnectionSpec
{
    public required string ConnectionId { get; init; }

    public string? UserId { get; init; }

    public ClientProtocol Protocol { get; init; }

    /// <summary>The subprotocol agreed in the handshake, if any; also one of the application's own.</summary>
    public string? Subprotocol { get; init; }

    public PlainMode PlainMode { get; init; } = PlainMode.SendEvent;

    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<GroupName> Groups { get; init; } = [];

    /// <summary>The opaque state that the event handler set at connect; later answers replace it.</summary>
    public string? State { get; init; }
}
