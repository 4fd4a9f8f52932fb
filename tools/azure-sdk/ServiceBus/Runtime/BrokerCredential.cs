using System.Security.Cryptography;
using System.Text;
using Azure.Core;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>A token for <c>$cbs</c>.</summary>
internal sealed record BrokerToken(string Value, string Type, DateTimeOffset ExpiresAt);

/// <summary>Where tokens come from: a shared key, a signature made elsewhere, or Entra.</summary>
internal abstract class BrokerCredential
{
    private const string SignatureType = "servicebus.windows.net:sastoken";
    private const string JwtType = "jwt";

    public abstract ValueTask<BrokerToken> TokenAsync(string audience, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Signs for half an hour, as the official package does.</summary>
    public sealed class SharedKey(string name, string key) : BrokerCredential
    {
        private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

        public override ValueTask<BrokerToken> TokenAsync(
            string audience, DateTimeOffset now, CancellationToken cancellationToken)
        {
            var expiresAt = now + Lifetime;
            var expiry = $"{expiresAt.ToUnixTimeSeconds()}";
            var resource = Uri.EscapeDataString(audience);
            var signature = HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
            var token = $"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}"
                + $"&se={expiry}&skn={Uri.EscapeDataString(name)}";
            return ValueTask.FromResult(new BrokerToken(token, SignatureType, expiresAt));
        }
    }

    /// <summary>A signature that somebody else made; it lasts as long as it says, and cannot be renewed here.</summary>
    public sealed class Signature(string value) : BrokerCredential
    {
        public override ValueTask<BrokerToken> TokenAsync(
            string audience, DateTimeOffset now, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new BrokerToken(value, SignatureType, DateTimeOffset.MaxValue));
    }

    public sealed class Entra(TokenCredential credential) : BrokerCredential
    {
        private static readonly TokenRequestContext Context = new(["https://servicebus.azure.net/.default"]);

        public override async ValueTask<BrokerToken> TokenAsync(
            string audience, DateTimeOffset now, CancellationToken cancellationToken)
        {
            var token = await credential.GetTokenAsync(Context, cancellationToken).ConfigureAwait(false);
            return new BrokerToken(token.Token, JwtType, token.ExpiresOn);
        }
    }
}
