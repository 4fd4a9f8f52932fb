using System.Buffers.Text;
using System.Text.Json;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Entra tokens: the emulator has no tenant whose keys could verify a signature, so it checks what a client can get
/// wrong on its own: three parts, readable header and claims, and an expiry in the future.
/// </summary>
internal static class JsonWebTokenShape
{
    public static Claim Check(string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !IsObject(parts[0], out _) || !IsObject(parts[1], out var claims)
            || parts[2].Length == 0)
        {
            return Claim.Refused("The token is no JSON web token.");
        }

        if (!TryFind(claims, "exp", out var exp) || exp.ValueKind != JsonValueKind.Number
            || !exp.TryGetInt64(out var seconds) || seconds < 0
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return Claim.Refused("The token has no expiry (exp).");
        }

        var expires = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return expires <= now
            ? Claim.Refused($"The token expired at {expires:u}.")
            : new Claim(null, string.Empty, expires);
    }

    private static bool TryFind(JsonElement claims, string name, out JsonElement value)
    {
        try
        {
            return claims.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            // A name beside it escapes half a character: JSON, but no text, which the parser notices on comparing.
            value = default;
            return false;
        }
    }

    private static bool IsObject(string part, out JsonElement element)
    {
        element = default;
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            element = document.RootElement.Clone();
            return element.ValueKind == JsonValueKind.Object;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return false;
        }
    }
}
