using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.Access;

/// <summary>
/// The header <c>ce-signature</c>: <c>sha256=HEX</c> of HMAC-SHA256 over the connection's id, once per access key of
/// the instance, separated by commas. It covers nothing but the id, so it is for the local stack; the cloud uses
/// tokens.
/// </summary>
internal static class CallbackSignature
{
    private const string Prefix = "sha256=";
    private const int MaxSignatures = 4;

    /// <summary>
    /// True where one of the signatures was made with one of the keys; the time it takes tells nothing about which or
    /// how near.
    /// </summary>
    public static bool Holds(string? header, string connectionId, IReadOnlyList<string> keys)
    {
        var presented = (header ?? string.Empty).Split(',', MaxSignatures + 1, StringSplitOptions.TrimEntries).Take(MaxSignatures).ToList();
        var holds = false;
        foreach (var key in keys)
        {
            var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(connectionId));
            foreach (var signature in presented)
            {
                holds |= CryptographicOperations.FixedTimeEquals(expected, Decode(signature));
            }
        }

        return holds;
    }

    private static byte[] Decode(string signature)
    {
        if (!signature.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        var hex = signature.AsSpan(Prefix.Length);
        var bytes = new byte[hex.Length / 2];
        return Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : [];
    }
}
