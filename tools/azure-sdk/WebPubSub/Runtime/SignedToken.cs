using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>
/// A JWT signed by HMAC-SHA256 with the key's text as bytes, as the service wants it. Written here because libraries
/// for tokens refuse the short keys that local resources have.
/// </summary>
internal static class SignedToken
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    public static string Create(
        string key, string audience, DateTimeOffset now, DateTimeOffset expiresAt, Action<Utf8JsonWriter>? claims = null)
    {
        using var payload = new MemoryStream();
        using (var writer = new Utf8JsonWriter(payload))
        {
            writer.WriteStartObject();
            claims?.Invoke(writer);
            writer.WriteNumber("nbf", now.ToUnixTimeSeconds());
            writer.WriteNumber("exp", expiresAt.ToUnixTimeSeconds());
            writer.WriteNumber("iat", now.ToUnixTimeSeconds());
            writer.WriteString("aud", audience);
            writer.WriteEndObject();
        }

        var signed = $"{Header}.{Base64Url.EncodeToString(payload.ToArray())}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}
