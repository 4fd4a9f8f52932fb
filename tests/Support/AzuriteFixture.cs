using Azure.Data.Tables;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.Tests.Support;

/// <summary>One table service in memory, shared by the tests of a class; each test takes a table of its own.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);

    private readonly string _logFile = Path.Combine(Path.GetTempPath(), $"azurite-{Environment.ProcessId}-{Guid.NewGuid():N}.log");
    private ManagedProcess? _process;

    /// <summary>The service's connection string.</summary>
    public string ConnectionString => _process?.Ready.Values["connectionString"]
        ?? throw new InvalidOperationException("The table service is not started.");

    /// <summary>Starts it; the first time on a machine it is installed.</summary>
    public async Task StartAsync()
    {
        using var limit = new CancellationTokenSource(HangGuard);
        _process = await Azurite.StartAsync(Repository.Find(), null, 0, _logFile, null, limit.Token);
    }

    /// <summary>A new, empty table.</summary>
    public async Task<TableClient> CreateTableAsync()
    {
        var table = new TableClient(ConnectionString, $"t{Guid.NewGuid():N}");
        await table.CreateAsync();
        return table;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
            File.Delete(_logFile);
        }
    }
}
