using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ServerlessGateway.Access;

/// <summary>Signing keys by OpenID Connect discovery, cached and refreshed by the library's own manager.</summary>
internal static class SigningKeys
{
    /// <summary>
    /// A key that was found by discovery is public: taking it for a symmetric one would let anybody sign.
    /// </summary>
    public static IReadOnlyList<string> AsymmetricAlgorithms { get; } =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Finds the document below an authority; plain HTTP only on loopback.</summary>
    public static IConfigurationManager<OpenIdConnectConfiguration> Discover(string authority) =>
        new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{authority.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = !new Uri(authority).IsLoopback });

    /// <summary>The parameters with the keys found, and the issuer found where none is configured.</summary>
    public static async Task<TokenValidationParameters> ApplyAsync(
        IConfigurationManager<OpenIdConnectConfiguration> discovery,
        TokenValidationParameters parameters,
        CancellationToken cancellationToken)
    {
        var found = await discovery.GetConfigurationAsync(cancellationToken);
        var applied = parameters.Clone();
        applied.IssuerSigningKeys = found.SigningKeys;
        if (applied.ValidIssuer is null && applied.ValidIssuers is null)
        {
            applied.ValidIssuer = found.Issuer;
        }

        return applied;
    }
}
