using System.Collections.Frozen;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>
/// One REST client per instance for what a client of the gateway waits for. It repeats what failed, but briefly: the SDK's defaults (three repeats, 100 s each) would
/// outlast the callback. Sequenced messages are sent by clients of their own, which do not repeat at all.
/// </summary>
internal sealed class WebPubSubClients(IOptions<InstancesOptions> options, Lazy<TokenCredential> credential)
{
    private readonly FrozenDictionary<InstanceName, WebPubSubServiceClient> _clients = options.Value.Instances.ToFrozenDictionary(
        instance => InstanceName.Parse(instance.Name),
        instance => Create(instance, options.Value.Hub, credential));

    /// <summary>The client of a configured instance.</summary>
    public WebPubSubServiceClient this[InstanceName name] => _clients[name];

    private static WebPubSubServiceClient Create(InstanceOptions instance, string hub, Lazy<TokenCredential> credential)
    {
        var settings = new WebPubSubServiceClientOptions();
        settings.Retry.MaxRetries = 2;
        settings.Retry.Delay = TimeSpan.FromMilliseconds(200);
        settings.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        settings.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);
        return string.IsNullOrEmpty(instance.ConnectionString)
            ? new WebPubSubServiceClient(instance.Endpoint, hub, credential.Value, settings)
            : new WebPubSubServiceClient(instance.ConnectionString, hub, settings);
    }
}
