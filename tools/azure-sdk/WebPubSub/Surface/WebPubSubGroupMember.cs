namespace Azure.Messaging.WebPubSub;

/// <summary>A connection in a group.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/webpubsub/Azure.Messaging.WebPubSub/api/Azure.Messaging.WebPubSub.net10.0.cs</remarks>
public class WebPubSubGroupMember
{
    internal WebPubSubGroupMember(string connectionId) => ConnectionId = connectionId;

    /// <summary>The connection.</summary>
    public string ConnectionId { get; }

    /// <summary>Its user, if it has one.</summary>
    public string? UserId { get; set; }
}
