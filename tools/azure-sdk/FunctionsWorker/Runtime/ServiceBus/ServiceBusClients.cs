using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>
/// The clients of the triggers, one for each connection. A connection is the name of a setting: a connection string, or
/// a section with the namespace and how to sign in to it.
/// </summary>
internal sealed class ServiceBusClients(IConfiguration settings, HostFile hostFile) : IAsyncDisposable
{
    private const string DefaultConnection = "ServiceBus";

    private readonly ConcurrentDictionary<string, Lazy<ServiceBusClient>> _clients = new(StringComparer.OrdinalIgnoreCase);

    public ServiceBusClient For(string? connection) =>
        _clients.GetOrAdd(connection ?? DefaultConnection, name => new Lazy<ServiceBusClient>(() => Create(name))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            await client.Value.DisposeAsync();
        }
    }

    private ServiceBusClient Create(string name)
    {
        var section = Section(name);
        var options = new ServiceBusClientOptions { RetryOptions = hostFile.ServiceBus.Retry };
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            return new ServiceBusClient(section.Value, options);
        }

        var space = section["fullyQualifiedNamespace"];
        return string.IsNullOrWhiteSpace(space)
            ? throw new InvalidOperationException(
                $"The connection '{name}' is neither a connection string nor has it a fullyQualifiedNamespace.")
            : new ServiceBusClient(space, Credential(section), options);
    }

    /// <summary>Looks where the host looks: with its prefix, among the connection strings, then by the plain name.</summary>
    private IConfigurationSection Section(string name)
    {
        IConfigurationSection[] places =
            [settings.GetSection("AzureWebJobs" + name), settings.GetSection("ConnectionStrings:" + name), settings.GetSection(name)];

        // The name is not echoed when it is itself a connection string: it would put a key into the log.
        return places.FirstOrDefault(place => place.Exists()) ?? throw new InvalidOperationException(
            name.Contains('=', StringComparison.Ordinal)
                ? "A trigger's Connection is the name of a setting, not a connection string."
                : $"The Service Bus connection '{name}' is not among the app settings.");
    }

    private static TokenCredential Credential(IConfigurationSection section) =>
        string.Equals(section["credential"], "managedidentity", StringComparison.OrdinalIgnoreCase)
            ? new ManagedIdentityCredential(section["clientId"] is { Length: > 0 } clientId
                ? ManagedIdentityId.FromUserAssignedClientId(clientId)
                : ManagedIdentityId.SystemAssigned)
            : new DefaultAzureCredential();
}
