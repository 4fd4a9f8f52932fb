using Azure.Data.Tables;

namespace ServerlessGateway.LocalCloud;

/// <summary>Makes the tables, as Bicep does in the cloud: the app itself never does.</summary>
public static class TableSetup
{
    /// <summary>The tables of the gateway.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["channels", "sessions", "instances"];

    /// <summary>Creates those that are missing.</summary>
    public static async Task CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var service = new TableServiceClient(connectionString);
        await Task.WhenAll(Tables.Select(table => service.CreateTableIfNotExistsAsync(table, cancellationToken)));
    }
}
