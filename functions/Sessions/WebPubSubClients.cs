using System.Collections.Frozen;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>
/// One REST client per instance for what a client of the gateway waits for. It repeats what failed, but briefly: the
/// SDK's defaults (three repeats, 100 s each) would outlast the callback. Sequenced messages are sent by clients of
/// their own, which do not repeat at all.
/// </summary>
internal sealed class WebPubSubClients(IOptions<InstancesOptions> options, Lazy<TokenCredential> credential)
{
    private readonly FrozenDictionary<InstanceName, WebPubSubServiceClient> _clients = options.Value.Instances.ToFrozenDictionary(
        instance => InstanceName.Parse(instance.Name),
        instance => Create(instance, options.Value.Hub, credential, maxRetries: 2, TimeSpan.FromSeconds(5)));

    /// <summary>The client of a configured instance.</summary>
    public WebPubSubServiceClient this[InstanceName name] => _clients[name];

    /// <summary>A client of an instance that repeats so often, and waits so long for an answer.</summary>
    internal static WebPubSubServiceClient Create(
        InstanceOptions instance, string hub, Lazy<TokenCredential> credential, int maxRetries, TimeSpan networkTimeout)
    {
        var settings = new WebPubSubServiceClientOptions();
        settings.Retry.MaxRetries = maxRetries;
        settings.Retry.Delay = TimeSpan.FromMilliseconds(200);
        settings.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        settings.Retry.NetworkTimeout = networkTimeout;
        return string.IsNullOrEmpty(instance.ConnectionString)
            // The options are valid: one of the two is there.
            ? new WebPubSubServiceClient(instance.Endpoint!, hub, credential.Value, settings)
            : new WebPubSubServiceClient(instance.ConnectionString, hub, settings);
    }
}
