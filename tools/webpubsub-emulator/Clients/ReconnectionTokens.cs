using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// The tokens with which reliable clients recover their connections. Each is good for one connection and for nothing
/// else: its audience is no URL, so neither kind of token passes for the other.
/// https://github.com/Azure/azure-webpubsub/blob/main/protocols/client/client-spec.md
/// </summary>
internal sealed class ReconnectionTokens(AccessKeys keys, Access.TokenReader reader, TimeProvider time)
{
    /// <summary>About a week, as in the service: what ends a recovery is its window, not its token.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Issue(HubName hub, string connectionId)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = AudienceOf(hub, connectionId),
            IssuedAt = now,
            Expires = now + Lifetime,
            SigningCredentials = new SigningCredentials(keys.SigningKeys[0], SecurityAlgorithms.HmacSha256),
        });
    }

    public async ValueTask<bool> IsValidAsync(HubName hub, string connectionId, string? token)
    {
        var audience = AudienceOf(hub, connectionId);
        return await reader.ReadAsync(token, named => named == audience) is TokenResult.Valid;
    }

    private static string AudienceOf(HubName hub, string connectionId) =>
        $"awps-reconnection:{hub.Value.ToLowerInvariant()}:{connectionId}";
}
