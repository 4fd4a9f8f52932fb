using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Access;

/// <summary>Reads the application's bearer tokens: signature, issuer, audience, life, user and capabilities.</summary>
internal sealed class TokenValidator
{
    /// <summary>A token travels in a header, and servers take about 8 KiB of them.</summary>
    private const int MaxTokenLength = 8 * 1024;
    private const string Scheme = "Bearer ";

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly TokenValidationParameters _parameters;
    private readonly IConfigurationManager<OpenIdConnectConfiguration>? _discovery;

    public TokenValidator(IOptions<TokenOptions> options, TimeProvider time)
    {
        var settings = options.Value;
        if (!string.IsNullOrEmpty(settings.Authority))
        {
            _discovery = SigningKeys.Discover(settings.Authority);
        }

        _parameters = new TokenValidationParameters
        {
            ValidIssuer = settings.Issuer,
            ValidAudience = settings.Audience,
            IssuerSigningKey = string.IsNullOrEmpty(settings.SymmetricKey)
                ? null
                : new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings.SymmetricKey)),
            ValidAlgorithms = string.IsNullOrEmpty(settings.SymmetricKey)
                ? SigningKeys.AsymmetricAlgorithms
                : [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512],
            LifetimeValidator = (from, until, _, _) => TokenLife.Holds(from, until, time.GetUtcNow(), settings.ClockSkew),
        };
    }

    /// <summary>Reads the value of an <c>Authorization</c> header.</summary>
    public async Task<AccessResult> ValidateAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || authorization.AsSpan(Scheme.Length).Trim() is not { IsEmpty: false } text)
        {
            return AccessResult.Refused(ErrorCodes.TokenMissing, "Send the application's token as 'Authorization: Bearer TOKEN'.");
        }

        var token = text.ToString();
        var parameters = _discovery is null ? _parameters : await SigningKeys.ApplyAsync(_discovery, _parameters, cancellationToken);
        var result = await _handler.ValidateTokenAsync(token, parameters);
        if (!result.IsValid && result.Exception is SecurityTokenSignatureKeyNotFoundException && _discovery is not null)
        {
            // The issuer may have rolled its keys since they were read; a refresh is bounded by the manager itself.
            _discovery.RequestRefresh();
            result = await _handler.ValidateTokenAsync(
                token, await SigningKeys.ApplyAsync(_discovery, _parameters, cancellationToken));
        }

        return result.IsValid ? Read((JsonWebToken)result.SecurityToken) : Refuse(result.Exception);
    }

    private static AccessResult Refuse(Exception? exception) => exception is SecurityTokenInvalidLifetimeException
        or SecurityTokenExpiredException or SecurityTokenNotYetValidException
        ? AccessResult.Refused(ErrorCodes.TokenExpired, "The token's life is over, or it has not begun; get a new one.")
        : AccessResult.Refused(ErrorCodes.TokenInvalid, exception switch
        {
            SecurityTokenInvalidIssuerException => "The token's issuer is not the one expected.",
            SecurityTokenInvalidAudienceException => "The token's audience is not the one expected.",
            SecurityTokenNoExpirationException => "The token has no 'exp'.",
            _ => "The token is not a JWT whose signature holds.",
        });

    private static AccessResult Read(JsonWebToken token)
    {
        if (!UserName.IsLegal(token.Subject))
        {
            return AccessResult.Refused(ErrorCodes.InvalidUser,
                $"'sub' must be 1 to {UserName.MaxLength} characters, no control characters, not beginning with '$'.");
        }

        var capabilities = ReadCapabilities(token, out var error);
        return capabilities is null
            ? new AccessResult(null, error)
            : new AccessResult(new AccessIdentity(token.Subject, capabilities, token.ValidTo), null);
    }

    private static CapabilitySet? ReadCapabilities(JsonWebToken token, out ErrorDetail? error)
    {
        try
        {
            error = null;
            using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
            return payload.RootElement.TryGetProperty("capabilities", out var claim)
                ? CapabilitySet.Parse(claim, token.Subject, out error)
                : CapabilitySet.Empty;
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair: JSON by its grammar, but no text.
            error = ErrorDetail.Of(ErrorCodes.InvalidCapability, "The claim 'capabilities' holds what is no text.");
            return null;
        }
    }
}
