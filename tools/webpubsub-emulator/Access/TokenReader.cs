using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>A token that was found good, or why it was not. Refusals never repeat what the token says.</summary>
internal abstract record TokenResult
{
    public sealed record Valid(JsonWebToken Token) : TokenResult;

    public sealed record Refused(string Reason) : TokenResult;
}

/// <summary>
/// Checks a bearer token as the service does: HS256 with either access key, an expiry that is there and ahead, a
/// not-before that has come, an audience that is ours. Clocks are one and the same here, so no skew is allowed.
/// </summary>
internal sealed class TokenReader(AccessKeys keys, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    public async ValueTask<TokenResult> ReadAsync(string? token, Func<string, bool> isAudience)
    {
        if (string.IsNullOrEmpty(token)) return new TokenResult.Refused("The access token is missing.");
        var audienceSeen = false;
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKeys = keys.SigningKeys,
            ValidateIssuer = false,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires),
            AudienceValidator = (audiences, _, _) => audienceSeen = audiences.Any(isAudience),
        });
        if (result is { IsValid: true, SecurityToken: JsonWebToken read }) return new TokenResult.Valid(read);
        return new TokenResult.Refused(result.Exception switch
        {
            SecurityTokenInvalidAudienceException when !audienceSeen => "The access token has another audience.",
            SecurityTokenInvalidLifetimeException => "The access token is expired, not yet valid, or has no expiry.",
            SecurityTokenNoExpirationException => "The access token has no expiry.",
            SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException
                or SecurityTokenInvalidAlgorithmException => "The access token is not signed with HS256 by an access key.",
            _ => "The access token is malformed.",
        });
    }

    private bool IsNow(DateTime? notBefore, DateTime? expires)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end && (notBefore is not { } start || start <= now);
    }
}
