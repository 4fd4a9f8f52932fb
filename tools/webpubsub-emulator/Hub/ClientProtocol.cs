namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>How a client's frames are read and written.</summary>
internal enum ClientProtocol
{
    /// <summary>No Web PubSub subprotocol: frames are bare payloads.</summary>
    Plain,

    /// <summary><c>json.webpubsub.azure.v1</c> and <c>json.reliable.webpubsub.azure.v1</c>.</summary>
    Json,

    /// <summary><c>protobuf.webpubsub.azure.v1</c> and <c>protobuf.reliable.webpubsub.azure.v1</c>.</summary>
    Protobuf,
}

/// <summary>What the frames of a plain client mean: an event <c>message</c>, or a message to one group.</summary>
internal sealed record PlainMode(GroupName? Group, bool NoEcho)
{
    public static PlainMode SendEvent { get; } = new(null, false);
}
