using Azure.Core;

namespace Azure.Messaging.WebPubSub;

/// <summary>How a client sends its requests: retries, transport and diagnostics are those of Azure.Core.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/webpubsub/Azure.Messaging.WebPubSub/api/Azure.Messaging.WebPubSub.net10.0.cs</remarks>
public class WebPubSubServiceClientOptions : ClientOptions
{
    /// <summary>Makes options for a version of the service.</summary>
    public WebPubSubServiceClientOptions(ServiceVersion version = ServiceVersion.V2024_12_01) =>
        Version = version == ServiceVersion.V2024_12_01
            ? "2024-12-01"
            : throw new NotSupportedException($"The version {version} is not supported.");

    /// <summary>The versions of the service.</summary>
    public enum ServiceVersion
    {
        /// <summary>2024-12-01.</summary>
        V2024_12_01 = 3,
    }

    internal string Version { get; }
}
