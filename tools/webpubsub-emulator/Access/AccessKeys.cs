using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>The two places of an access key.</summary>
internal enum AccessKeyType
{
    Primary,
    Secondary,
}

/// <summary>
/// The access keys of the instance, the primary one first. Both are always valid, so keys can be rotated: callers move to
/// one while the other is made anew. A key that was replaced is worth nothing from then on; living connections stay.
/// </summary>
internal sealed class AccessKeys
{
    /// <summary>The key that Microsoft's own emulator publishes; it protects nothing.</summary>
    public const string Default = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";

    /// <summary>HS256 needs a key at least as long as its hash.</summary>
    public const int MinBytes = 32;

    public const int MaxKeys = 2;

    private readonly Lock _gate = new();
    private readonly Action<IReadOnlyList<string>>? _replaced;
    private volatile Snapshot _current;

    /// <param name="keys">One or two keys, the primary one first.</param>
    /// <param name="replaced">Told of all keys when one is replaced, before the new one is good for anything.</param>
    public AccessKeys(IReadOnlyList<string> keys, Action<IReadOnlyList<string>>? replaced = null)
    {
        Check(keys);
        _replaced = replaced;
        _current = new Snapshot(keys);
    }

    public string Primary => _current.Keys[0];

    /// <summary>The secondary key; null while there is one key only.</summary>
    public string? Secondary => _current.Keys.ElementAtOrDefault(1);

    public IReadOnlyList<SymmetricSecurityKey> SigningKeys => _current.SigningKeys;

    /// <summary>Holds keys to what a connection string and HS256 can carry.</summary>
    public static void Check(IReadOnlyList<string> keys)
    {
        if (keys.Count is 0 or > MaxKeys)
        {
            throw new ArgumentException($"There must be one or two access keys, not {keys.Count}.");
        }

        foreach (var key in keys)
        {
            if (key.Trim() != key || key.Any(character => character == ';' || char.IsControl(character)))
            {
                throw new ArgumentException(
                    "An access key must not have a semicolon, control characters, or spaces at its ends.");
            }

            if (Encoding.UTF8.GetByteCount(key) < MinBytes)
            {
                throw new ArgumentException($"An access key must have at least {MinBytes} bytes.");
            }
        }
    }

    /// <summary>Puts a new key in the place of one; the other stays as it is.</summary>
    public void Replace(AccessKeyType type, string key)
    {
        lock (_gate)
        {
            var keys = _current.Keys.ToList();
            if (type == AccessKeyType.Primary) keys[0] = key;
            else if (keys.Count < MaxKeys) keys.Add(key);
            else keys[1] = key;
            Check(keys);
            _replaced?.Invoke(keys);
            _current = new Snapshot(keys);
        }
    }

    /// <summary>The value of <c>ce-signature</c>: the connection id signed with each key, primary first.</summary>
    public string SignConnection(string connectionId)
    {
        var id = Encoding.UTF8.GetBytes(connectionId);
        return string.Join(
            ',', _current.SigningKeys.Select(key => $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(key.Key, id))}"));
    }

    private sealed class Snapshot(IReadOnlyList<string> keys)
    {
        public IReadOnlyList<string> Keys { get; } = [.. keys];

        public IReadOnlyList<SymmetricSecurityKey> SigningKeys { get; } =
            [.. keys.Select(key => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)))];
    }
}
