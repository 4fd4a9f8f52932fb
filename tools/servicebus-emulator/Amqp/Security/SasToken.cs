using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>A shared access signature: <c>SharedAccessSignature sr=…&amp;sig=…&amp;se=…&amp;skn=…</c>.</summary>
internal static class SasToken
{
    private const string Prefix = "SharedAccessSignature ";

    /// <summary>Checks a token and says what it grants, or why it grants nothing.</summary>
    public static Claim Check(string token, SharedAccessKey key, DateTimeOffset now)
    {
        if (!TryParse(token, out var fields) || !fields.TryGetValue("sr", out var resource)
            || !fields.TryGetValue("sig", out var signature) || !fields.TryGetValue("se", out var expiry)
            || !fields.TryGetValue("skn", out var keyName))
        {
            return Claim.Refused("The token is no shared access signature with sr, sig, se and skn.");
        }

        if (!long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return Claim.Refused($"The token's expiry '{expiry}' is no number of seconds.");
        }

        if (!string.Equals(keyName, key.Name, StringComparison.Ordinal)
            || !IsSignedBy(key, resource, expiry, signature))
        {
            return Claim.Refused($"The signature does not belong to a key named '{keyName}' of this namespace.");
        }

        var expires = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return expires <= now
            ? Claim.Refused($"The token expired at {expires:u}.")
            : new Claim(null, EntityPath.OfResource(Uri.UnescapeDataString(resource)), expires);
    }

    private static bool TryParse(string token, out Dictionary<string, string> fields)
    {
        fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!token.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (var pair in token[Prefix.Length..].Split('&'))
        {
            var separator = pair.IndexOf('=', StringComparison.Ordinal);
            if (separator <= 0 || !fields.TryAdd(pair[..separator], pair[(separator + 1)..]))
            {
                return false;
            }
        }

        // Signature, key name and expiry travel escaped; the resource is signed as it stands, so it stays.
        foreach (var name in new[] { "sig", "skn", "se" })
        {
            if (fields.TryGetValue(name, out var value))
            {
                fields[name] = Uri.UnescapeDataString(value);
            }
        }

        return true;
    }

    private static bool IsSignedBy(SharedAccessKey key, string resource, string expiry, string signature)
    {
        var expected = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(key.Key), Encoding.UTF8.GetBytes(resource + "\n" + expiry));
        var actual = new byte[expected.Length];
        return Convert.TryFromBase64String(signature, actual, out var written)
            && written == expected.Length
            && CryptographicOperations.FixedTimeEquals(actual, expected);
    }
}
