using Azure.Core;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Which namespace, where it listens and how to authenticate there.</summary>
internal sealed record BrokerSettings(BrokerAddress Address, BrokerCredential Credential)
{
    private const int SecurePort = 5671;
    private const int PlainPort = 5672;

    public static BrokerSettings FromCredential(string fullyQualifiedNamespace, TokenCredential credential) =>
        new(new BrokerAddress(fullyQualifiedNamespace, SecurePort, UsesTls: true), new BrokerCredential.Entra(credential));

    /// <summary>
    /// Reads <c>Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…</c>. With <c>UseDevelopmentEmulator=true</c> the
    /// connection is plain and goes to the port of the endpoint, as in the official package.
    /// </summary>
    public static BrokerSettings FromConnectionString(string connectionString)
    {
        var parts = Split(connectionString);
        if (!parts.TryGetValue("Endpoint", out var rawEndpoint) || !Uri.TryCreate(rawEndpoint, UriKind.Absolute, out var endpoint))
        {
            throw new FormatException("The connection string has no Endpoint, or one that is not a URL.");
        }

        var isEmulator = parts.TryGetValue("UseDevelopmentEmulator", out var emulator)
            && bool.TryParse(emulator, out var flag) && flag;
        var port = endpoint.IsDefaultPort || endpoint.Port <= 0 ? (isEmulator ? PlainPort : SecurePort) : endpoint.Port;
        return new BrokerSettings(new BrokerAddress(endpoint.Host, port, !isEmulator), Credentials(parts));
    }

    private static BrokerCredential Credentials(Dictionary<string, string> parts)
    {
        if (parts.TryGetValue("SharedAccessSignature", out var signature))
        {
            return new BrokerCredential.Signature(signature);
        }

        return parts.TryGetValue("SharedAccessKeyName", out var name) && parts.TryGetValue("SharedAccessKey", out var key)
            ? new BrokerCredential.SharedKey(name, key)
            : throw new ArgumentException(
                "The connection string needs SharedAccessKeyName and SharedAccessKey, or SharedAccessSignature.");
    }

    private static Dictionary<string, string> Split(string connectionString)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is not [var name, var value])
            {
                throw new FormatException("The connection string has a part that is not a name with a value.");
            }

            parts[name.Trim()] = value.Trim();
        }

        return parts;
    }
}
