using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>Signs each attempt with the key, for five minutes and for the whole URL of the request.</summary>
internal sealed class KeyAuthenticationPolicy(AzureKeyCredential credential) : HttpPipelineSynchronousPolicy
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public override void OnSendingRequest(HttpMessage message)
    {
        var now = DateTimeOffset.UtcNow;
        var token = SignedToken.Create(
            credential.Key, message.Request.Uri.ToUri().AbsoluteUri, now, now + Lifetime);
        message.Request.Headers.SetValue("Authorization", $"Bearer {token}");
    }
}
