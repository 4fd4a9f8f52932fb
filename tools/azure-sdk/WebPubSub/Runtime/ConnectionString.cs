using Azure;

namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>Reads <c>Endpoint=…;AccessKey=…;Port=…</c>; names in any case, unknown ones ignored.</summary>
internal static class ConnectionString
{
    public static (Uri Endpoint, AzureKeyCredential Credential) Parse(string? connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=', 2) is not [var name, var value])
            {
                continue;
            }

            if (!parts.TryAdd(name.Trim(), value.Trim()))
            {
                throw new ArgumentException($"Duplicate properties found in connection string: {name.Trim()}.");
            }
        }

        var endpoint = new UriBuilder(Required(parts, "Endpoint").TrimEnd('/'));
        if (parts.TryGetValue("Port", out var rawPort))
        {
            endpoint.Port = int.TryParse(rawPort, out var port) && port is > 0 and <= 0xFFFF
                ? port
                : throw new ArgumentException($"Invalid Port value: {rawPort}");
        }

        return (endpoint.Uri, new AzureKeyCredential(Required(parts, "AccessKey")));
    }

    private static string Required(Dictionary<string, string> parts, string name) =>
        parts.TryGetValue(name, out var value)
            ? value
            : throw new ArgumentException($"Required property not found in connection string: {name}.");
}
