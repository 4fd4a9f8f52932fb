using System.Collections.Concurrent;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// The sessions of an instance, each for as long as its connection. They outlive the requests that open sockets, so their
/// work has its owner here, and on stop it is waited for.
/// </summary>
internal sealed class ClientSessions(HubRegistry hubs, ClientServices services, IHostApplicationLifetime lifetime)
    : IHostedService
{
    private readonly ConcurrentDictionary<HubConnection, Running> _running = new();

    /// <summary>Opens a connection and serves it until it ends; null when the instance is full or the id is taken.</summary>
    public (HubConnection Connection, ClientSession Session)? TryOpen(
        HubCore hub, ConnectionSpec spec, OutboxSignal signal)
    {
        var session = new ClientSession(hub, services);
        if (hubs.TryOpen(hub, spec, signal, session) is not { } connection) return null;
        services.Meter.Opened();
        // The session is there before its work starts, which may end at once and take it away again.
        var running = _running[connection] = new Running(session);
        running.Work = ServeAsync(session, connection);
        return (connection, session);
    }

    /// <summary>The session of a connection; null when it has ended.</summary>
    public ClientSession? Find(HubConnection connection) => _running.GetValueOrDefault(connection)?.Session;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_running.Values.Select(running => running.Work)).WaitAsync(cancellationToken);

    private async Task ServeAsync(ClientSession session, HubConnection connection)
    {
        try
        {
            await session.RunAsync(connection, lifetime.ApplicationStopping);
        }
        finally
        {
            _running.TryRemove(connection, out _);
        }
    }

    private sealed class Running(ClientSession session)
    {
        public ClientSession Session { get; } = session;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
