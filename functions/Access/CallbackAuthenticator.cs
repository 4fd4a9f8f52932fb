using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Access;

/// <summary>
/// Admits only callbacks that Web PubSub makes, and each only in the name of the instance that it comes from.
/// </summary>
internal sealed class CallbackAuthenticator
{
    private const string BearerScheme = "Bearer ";

    private readonly JsonWebTokenHandler _handler = new();
    private readonly ILogger<CallbackAuthenticator> _log;
    private readonly IConfigurationManager<OpenIdConnectConfiguration>? _discovery;
    private readonly TokenValidationParameters? _parameters;

    public CallbackAuthenticator(IOptions<CallbackOptions> options, TimeProvider time, ILogger<CallbackAuthenticator> log)
    {
        _log = log;
        var settings = options.Value;
        if (string.IsNullOrEmpty(settings.Audience))
        {
            return;
        }

        _discovery = SigningKeys.Discover(settings.Authority is { Length: > 0 } authority
            ? authority
            : $"https://login.microsoftonline.com/{settings.TenantId}/v2.0");
        _parameters = new TokenValidationParameters
        {
            ValidAudiences = AudiencesOf(settings.Audience),
            ValidIssuers = IssuersOf(settings),
            ValidAlgorithms = SigningKeys.AsymmetricAlgorithms,
            LifetimeValidator = (from, until, _, _) => TokenLife.Holds(from, until, time.GetUtcNow(), TimeSpan.FromMinutes(2)),
        };
    }

    /// <summary>
    /// True where the callback comes from this instance. What is refused is logged here, and touches nothing else.
    /// </summary>
    public async Task<bool> AdmitsAsync(
        GatewayInstance instance, string connectionId, string? signature, string? authorization, CancellationToken cancellationToken)
    {
        var reason = _discovery is null
            ? ReasonAgainstSignature(instance, connectionId, signature)
            : await ReasonAgainstTokenAsync(instance, authorization, cancellationToken);
        if (reason is not null)
        {
            AccessLog.CallbackForbidden(_log, instance.Name.Value, reason);
        }

        return reason is null;
    }

    private static string? ReasonAgainstSignature(GatewayInstance instance, string connectionId, string? signature) =>
        CallbackSignature.Holds(signature, connectionId, instance.AccessKeys) ? null : "signature";

    private async Task<string?> ReasonAgainstTokenAsync(
        GatewayInstance instance, string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null || !authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase))
        {
            return "no token";
        }

        var token = authorization[BearerScheme.Length..].Trim();
        var result = await _handler.ValidateTokenAsync(
            token, await SigningKeys.ApplyAsync(_discovery!, _parameters!, cancellationToken));
        if (!result.IsValid && result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            _discovery!.RequestRefresh();
            result = await _handler.ValidateTokenAsync(
                token, await SigningKeys.ApplyAsync(_discovery, _parameters!, cancellationToken));
        }

        if (!result.IsValid)
        {
            return result.Exception?.GetType().Name ?? "token";
        }

        // Any identity of the tenant may ask for a token of this audience: only the instance's own may call in its
        // name.
        return instance.ObjectId is { Length: > 0 } expected && result.Claims.TryGetValue("oid", out var oid)
            && string.Equals(oid as string, expected, StringComparison.OrdinalIgnoreCase) ? null : "object id";
    }

    /// <summary>
    /// A registration is called by its address, <c>api://GUID</c>, or by the GUID alone; which of the two a token names
    /// depends on the version that the registration asks for.
    /// </summary>
    private static IEnumerable<string> AudiencesOf(string audience)
    {
        const string Scheme = "api://";
        yield return audience;
        if (Guid.TryParse(audience, out _))
        {
            yield return Scheme + audience;
        }
        else if (audience.StartsWith(Scheme, StringComparison.Ordinal) && Guid.TryParse(audience[Scheme.Length..], out _))
        {
            yield return audience[Scheme.Length..];
        }
    }

    private static IEnumerable<string>? IssuersOf(CallbackOptions settings) => settings switch
    {
        { Issuer.Length: > 0 } => [settings.Issuer],
        { Authority.Length: > 0 } => null,
        // Which of the two forms a token has depends on the app registration of the audience.
        _ => [$"https://login.microsoftonline.com/{settings.TenantId}/v2.0", $"https://sts.windows.net/{settings.TenantId}/"],
    };
}
