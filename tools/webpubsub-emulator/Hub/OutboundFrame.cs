namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>One WebSocket message on its way to a client. The bytes are shared by all its receivers and never change.</summary>
internal readonly record struct OutboundFrame(ReadOnlyMemory<byte> Bytes, bool IsText);
