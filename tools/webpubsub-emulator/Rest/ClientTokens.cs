using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.WebPubSubEmulator.Access;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>Mints client tokens for <c>:generateToken</c>, which applications without an access key use.</summary>
internal sealed class ClientTokens(AccessKeys keys, ServiceAddress address, TimeProvider time)
{
    private const int DefaultMinutes = 60;
    private const int MaxMinutes = 60 * 24 * 365;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public IResult Generate(RestCall call)
    {
        var clientType = call.Query("clientType") ?? "Default";
        if (!clientType.Equals("Default", StringComparison.OrdinalIgnoreCase))
        {
            throw RestException.Bad($"'clientType' is '{clientType}'; this instance serves Default only.");
        }

        var minutes = call.Number("minutesToExpire", 1, MaxMinutes) ?? DefaultMinutes;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal);
        if (call.Query("userId") is { Length: > 0 } userId) claims["sub"] = userId;
        var roles = Values(call, "role");
        if (roles.Length > 0) claims["role"] = roles;
        var groups = Values(call, "group");
        foreach (var group in groups) RestCall.ParseGroup(group);
        if (groups.Length > 0) claims["webpubsub.group"] = groups;
        return Results.Json(new { token = Mint(call.Hub.Name.Value, claims, TimeSpan.FromMinutes(minutes)) });
    }

    private string Mint(string hub, Dictionary<string, object> claims, TimeSpan lifetime)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = $"{address.Endpoint}/client/hubs/{hub}",
            Claims = claims,
            NotBefore = now,
            IssuedAt = now,
            Expires = now + lifetime,
            SigningCredentials = new SigningCredentials(keys.SigningKeys[0], SecurityAlgorithms.HmacSha256),
        });
    }

    private static string[] Values(RestCall call, string name) =>
        call.Context.Request.Query.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : [];
}
