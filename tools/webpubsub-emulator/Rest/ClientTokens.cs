using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>Mints client tokens for <c>:generateToken</c>, which applications without an access key use.</summary>
internal sealed class ClientTokens(AccessKeys keys, ServiceAddress address, TimeProvider time)
{
    private const int DefaultMinutes = 60;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public IResult Generate(RestCall call)
    {
        var path = PathOf(call.Query("clientType"));
        var minutes = call.Number("minutesToExpire", 1, int.MaxValue) ?? DefaultMinutes;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal);
        if (call.Query("userId") is { Length: > 0 } userId) claims["sub"] = CheckUser(userId);
        if (call.Values("role") is { Length: > 0 } roles) claims["role"] = roles;
        if (call.Values("group") is { Length: > 0 } groups)
        {
            claims["webpubsub.group"] = groups.Select(group => RestCall.ParseGroup(group, "group").Value).ToArray();
        }

        return Results.Json(new { token = Mint(path + call.Hub.Name.Value, claims, TimeSpan.FromMinutes(minutes)) });
    }

    // Tokens of MQTT clients differ by their audience alone.
    private static string PathOf(string? clientType) => (clientType ?? "Default").ToUpperInvariant() switch
    {
        "DEFAULT" => "/client/hubs/",
        "MQTT" => "/clients/mqtt/hubs/",
        _ => throw RestException.Bad($"'clientType' is '{clientType}'; it must be Default or MQTT.", "clientType"),
    };

    private static string CheckUser(string userId) => UserId.IsValid(userId)
        ? userId
        : throw RestException.Bad("'userId' must not have control characters.", "userId");

    private string Mint(string path, Dictionary<string, object> claims, TimeSpan lifetime)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = address.Endpoint + path,
            Claims = claims,
            NotBefore = now,
            IssuedAt = now,
            Expires = now + lifetime,
            SigningCredentials = new SigningCredentials(keys.SigningKeys[0], SecurityAlgorithms.HmacSha256),
        });
    }
}
