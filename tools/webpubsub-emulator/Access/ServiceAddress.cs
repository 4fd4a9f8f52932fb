namespace ServerlessGateway.WebPubSubEmulator.Access;

/// <summary>
/// The names under which this instance is known: where it listens, and the public endpoint of its connection string when
/// something stands in front of it. Tokens are minted for the latter, requests arrive with either in their Host header.
/// </summary>
internal sealed class ServiceAddress
{
    private readonly Uri? _configured;
    private readonly string? _configuredOrigin;
    private Uri _listening = new("http://127.0.0.1:0");

    public ServiceAddress(Uri? publicEndpoint, string? origin)
    {
        _configured = publicEndpoint;
        _configuredOrigin = origin;
    }

    /// <summary>The endpoint of the connection string, without a slash at its end.</summary>
    public string Endpoint => Public.GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// What event handlers are told as <c>WebHook-Request-Origin</c>. The service says its host name; several
    /// instances on one machine differ by port only, so the port belongs to it here.
    /// </summary>
    public string Origin => _configuredOrigin ?? Public.Authority;

    private Uri Public => _configured ?? _listening;

    /// <summary>
    /// Whether an event handler means this instance by a name: the origin it was told or its host alone, or on loopback
    /// any of the names of this machine with our port.
    /// </summary>
    public bool IsOrigin(string name)
    {
        if (Same(name, Origin) || Same(name, Origin.Split(':')[0])) return true;
        return _configuredOrigin is null && Public.IsLoopback
            && Uri.TryCreate($"http://{name}", UriKind.Absolute, out var named)
            && named.IsLoopback && named.Port == Public.Port;
    }

    public string ConnectionString(string accessKey) => $"Endpoint={Endpoint};AccessKey={accessKey};Version=1.0;";

    public void ListensAt(Uri endpoint) => _listening = endpoint;

    /// <summary>Whether a URL names this instance and continues with one of the given path-and-query texts.</summary>
    public bool Is(string url, HostString host, params ReadOnlySpan<string> pathAndQuery)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) return false;
        if (!IsOurs(uri, host)) return false;
        var authorityEnd = url.IndexOf('/', uri.Scheme.Length + "://".Length);
        var rest = authorityEnd < 0 ? "/" : url[authorityEnd..];
        foreach (var expected in pathAndQuery)
        {
            // As written, or after the normalisation of escapes that URL libraries differ in; case is not told apart, since
            // hubs and escapes may be written either way.
            if (Same(rest, expected) || Same(uri.PathAndQuery, Normalised(uri, expected))) return true;
        }

        return false;
    }

    private static string? Normalised(Uri authority, string pathAndQuery) =>
        Uri.TryCreate(authority, pathAndQuery, out var full) ? full.PathAndQuery : null;

    private bool IsOurs(Uri uri, HostString host)
    {
        if (SameAuthority(uri, Public) || SameAuthority(uri, _listening)) return true;
        return host.HasValue
            && Uri.TryCreate($"{uri.Scheme}://{host.Value}", UriKind.Absolute, out var used)
            && SameAuthority(uri, used);
    }

    // The names of this machine are one: a connection string may say localhost where the instance says 127.0.0.1.
    private static bool SameAuthority(Uri left, Uri right) =>
        Same(left.Authority, right.Authority) || (left.IsLoopback && right.IsLoopback && left.Port == right.Port);

    private static bool Same(string left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
