using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>
/// Which services may call a function, and with which key. Where none is configured every caller is let in, as in the
/// extension. A caller is known by its host name, and with its port where several services share one host.
/// </summary>
internal sealed class AllowedCallers
{
    private readonly IReadOnlyList<(string Host, string Authority, string Key)> _services;

    private AllowedCallers(IReadOnlyList<(string Host, string Authority, string Key)> services) => _services = services;

    /// <exception cref="InvalidOperationException">A connection string lacks its endpoint or its key.</exception>
    public static AllowedCallers Of(IEnumerable<string> connectionStrings) => new([.. connectionStrings.Select(Parse)]);

    /// <summary>Whether one of the hosts of a validation request is known.</summary>
    public bool Knows(IEnumerable<string> origins) =>
        _services.Count == 0 || origins.Any(origin => Matching(origin).Any());

    /// <summary>Whether the connection's id was signed with a key of the calling service.</summary>
    public bool IsSigned(string origin, string? signature, string connectionId)
    {
        if (_services.Count == 0)
        {
            return true;
        }

        var signatures = Split(signature);
        return Split(origin).SelectMany(Matching)
            .Any(service => signatures.Contains(Sign(service.Key, connectionId), StringComparer.OrdinalIgnoreCase));
    }

    public static string[] Split(string? header) =>
        (header ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private IEnumerable<(string Host, string Authority, string Key)> Matching(string origin)
    {
        var exact = _services.Where(service => Same(service.Authority, origin)).ToArray();
        return exact.Length > 0 ? exact : _services.Where(service => Same(service.Host, origin));
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Sign(string key, string connectionId) => "sha256="
        + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(connectionId)));

    private static (string Host, string Authority, string Key) Parse(string connectionString)
    {
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToDictionary(part => part[0].Trim(), part => part[1].Trim(), StringComparer.OrdinalIgnoreCase);
        if (!Uri.TryCreate(parts.GetValueOrDefault("Endpoint"), UriKind.Absolute, out var endpoint)
            || !parts.TryGetValue("AccessKey", out var key))
        {
            throw new InvalidOperationException("A Web PubSub connection string needs an Endpoint and an AccessKey.");
        }

        var authority = int.TryParse(parts.GetValueOrDefault("Port"), out var port)
            ? $"{endpoint.Host}:{port}"
            : endpoint.Authority;
        return (endpoint.Host, authority, key);
    }
}
