namespace Azure.Messaging.WebPubSub;

/// <summary>What clients speak.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/webpubsub/Azure.Messaging.WebPubSub/api/Azure.Messaging.WebPubSub.net10.0.cs</remarks>
public enum WebPubSubClientProtocol
{
    /// <summary>WebSocket, with or without a Web PubSub subprotocol.</summary>
    Default = 0,
}
