using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>The parts of an instance's connection string, <c>Endpoint=…;AccessKey=…;Version=1.0;</c>.</summary>
internal static class InstanceConnection
{
    /// <summary>The address and the keys of an instance as it is configured.</summary>
    /// <exception cref="FormatException">The connection string names no address.</exception>
    public static (Uri Endpoint, IReadOnlyList<string> Keys) Read(InstanceOptions options)
    {
        var parts = (options.ConnectionString ?? string.Empty)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            // Keys end in '=': only the first one divides.
            .Select(part => part.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var endpoint = options.Endpoint ?? (Uri.TryCreate(parts.GetValueOrDefault("Endpoint"), UriKind.Absolute, out var uri)
            ? WithPort(uri, parts.GetValueOrDefault("Port"))
            : throw new FormatException($"Instance '{options.Name}' has neither an endpoint nor a connection string that names one."));
        string?[] keys = [parts.GetValueOrDefault("AccessKey"), options.SecondaryKey];
        return (endpoint, [.. keys.OfType<string>().Where(key => key.Length > 0)]);
    }

    private static Uri WithPort(Uri endpoint, string? port) =>
        int.TryParse(port, out var number) ? new UriBuilder(endpoint) { Port = number }.Uri : endpoint;
}
