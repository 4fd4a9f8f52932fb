namespace ServerlessGateway.Client.Wire;

/// <summary>
/// A frame of Web PubSub's subprotocol <c>json.webpubsub.azure.v1</c>, as far as the gateway uses it.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-webpubsub-subprotocol</remarks>
internal abstract record ServiceFrame;

/// <summary>The service's greeting: the connection is established.</summary>
internal sealed record ConnectedFrame(string? ConnectionId, string? UserId) : ServiceFrame;

/// <summary>The service is about to close the connection.</summary>
internal sealed record DisconnectedFrame(string? Message) : ServiceFrame;

/// <summary>The service's word on one of our events.</summary>
internal sealed record AckFrame(long AckId, bool Success, string? Error) : ServiceFrame;

/// <summary>The answer of the gateway's event handler.</summary>
internal sealed record ServerFrame(ReadOnlyMemory<byte> Data) : ServiceFrame;

/// <summary>A message to a group or to everybody: a notice of the gateway.</summary>
internal sealed record GroupFrame(ReadOnlyMemory<byte> Data) : ServiceFrame;

/// <summary>The answer to our ping.</summary>
internal sealed record PongFrame : ServiceFrame;
