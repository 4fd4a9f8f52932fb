using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>The access keys of the instance, the primary one first. Both are always valid, so keys can be rotated.</summary>
internal sealed class AccessKeys
{
    /// <summary>The key that Microsoft's own emulator publishes; it protects nothing.</summary>
    public const string Default = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";

    /// <summary>HS256 needs a key at least as long as its hash.</summary>
    public const int MinBytes = 32;

    public const int MaxKeys = 2;

    private readonly byte[][] _bytes;

    public AccessKeys(IReadOnlyList<string> keys)
    {
        if (keys.Count is 0 or > MaxKeys)
        {
            throw new ArgumentException($"There must be one or two access keys, not {keys.Count}.", nameof(keys));
        }

        _bytes = [.. keys.Select(Encoding.UTF8.GetBytes)];
        if (Array.Exists(_bytes, bytes => bytes.Length < MinBytes))
        {
            throw new ArgumentException($"An access key must have at least {MinBytes} bytes.", nameof(keys));
        }

        Primary = keys[0];
        SigningKeys = [.. _bytes.Select(bytes => new SymmetricSecurityKey(bytes))];
    }

    public string Primary { get; }

    public IReadOnlyList<SymmetricSecurityKey> SigningKeys { get; }

    /// <summary>The value of <c>ce-signature</c>: the connection id signed with each key, primary first.</summary>
    public string SignConnection(string connectionId)
    {
        var id = Encoding.UTF8.GetBytes(connectionId);
        return string.Join(',', _bytes.Select(key => $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(key, id))}"));
    }
}
