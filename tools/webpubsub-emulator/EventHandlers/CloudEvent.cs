using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// One event on its way to a handler, in the CloudEvents extension of the service.
/// https://learn.microsoft.com/azure/azure-web-pubsub/reference-cloud-events
/// </summary>
internal sealed record CloudEvent
{
    public required CallbackKind Kind { get; init; }

    public required HubName Hub { get; init; }

    public required string ConnectionId { get; init; }

    /// <summary>Rises within a connection; the connect event is the first.</summary>
    public required long Id { get; init; }

    /// <summary>The name without prefix: <c>connect</c>, or that of a user event.</summary>
    public required string Name { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public required string ContentType { get; init; }

    public string? UserId { get; init; }

    public string? Subprotocol { get; init; }

    public string? State { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string Type => Kind == CallbackKind.User ? $"azure.webpubsub.user.{Name}" : $"azure.webpubsub.sys.{Name}";
}
