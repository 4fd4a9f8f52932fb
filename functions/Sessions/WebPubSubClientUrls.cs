using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>
/// Client URLs by Web PubSub's own client: signed here with a key, or minted by the service where local authentication
/// is off.
/// </summary>
internal sealed class WebPubSubClientUrls(WebPubSubClients clients) : IClientUrls
{
    /// <inheritdoc/>
    public Task<Uri> CreateAsync(InstanceName instance, string user, TimeSpan expiresAfter, CancellationToken cancellationToken) =>
        clients[instance].GetClientAccessUriAsync(expiresAfter, userId: user, cancellationToken: cancellationToken);
}
