namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The claims that one connection has put, by path; a later token for a path replaces the earlier.</summary>
internal sealed class ClaimSet
{
    /// <summary>A peer that puts ever new audiences gets no further; the SDKs put one per entity.</summary>
    private const int MaxPaths = 10_000;

    /// <summary>Longer than any entity's path; a signed token may name a resource of any length.</summary>
    private const int MaxPathCharacters = 1_024;

    private readonly Dictionary<string, DateTimeOffset> _expiryByPath = new(StringComparer.OrdinalIgnoreCase);
    private bool _all;
    private long _nextExpiryTicks = long.MaxValue;

    /// <summary>SASL PLAIN with the namespace's key: everything is granted for the life of the connection.</summary>
    public void GrantAll() => _all = true;

    public bool TryAdd(Claim claim)
    {
        if (claim.Path.Length > MaxPathCharacters
            || (_expiryByPath.Count >= MaxPaths && !_expiryByPath.ContainsKey(claim.Path)))
        {
            return false;
        }

        _expiryByPath[claim.Path] = claim.Expires;
        SetNextExpiry();
        return true;
    }

    /// <summary>
    /// Whether a claim has run out since the last <see cref="RemoveExpired"/>. May be asked from any thread.
    /// </summary>
    public bool HasExpired(DateTimeOffset now) => Volatile.Read(ref _nextExpiryTicks) <= now.UtcTicks;

    public void RemoveExpired(DateTimeOffset now)
    {
        foreach (var (path, expires) in _expiryByPath)
        {
            if (expires <= now)
            {
                _expiryByPath.Remove(path);
            }
        }

        SetNextExpiry();
    }

    public bool Covers(string path, DateTimeOffset now)
    {
        if (_all)
        {
            return true;
        }

        // A claim covers its path and all below it: try the path, its parent, and so on up to the namespace.
        for (var end = path.Length; end >= 0; end = end == 0 ? -1 : Math.Max(path.LastIndexOf('/', end - 1), 0))
        {
            if (_expiryByPath.TryGetValue(path[..end], out var expires) && expires > now)
            {
                return true;
            }
        }

        return false;
    }

    private void SetNextExpiry() => Volatile.Write(
        ref _nextExpiryTicks,
        _expiryByPath.Count == 0 ? long.MaxValue : _expiryByPath.Values.Min(expires => expires.UtcTicks));
}
