using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>All connections: their number is bounded here, and one timer looks after all of them.</summary>
internal sealed partial class AmqpServer : IAsyncDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    private readonly AmqpServices _services;
    private readonly ILogger<AmqpServer> _logger;
    private readonly ConcurrentDictionary<string, AmqpConnection> _connections = new();
    private readonly PeerMemory _memory;
    private readonly ITimer _timer;
    private int _count;

    public AmqpServer(AmqpServices services, ILogger<AmqpServer> logger)
    {
        _services = services;
        _logger = logger;
        _memory = new PeerMemory(services.Limits.MaxHeldBytes, services.Limits.MaxHeldBytesPerConnection);
        _timer = services.Time.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
    }

    /// <summary>Connections being served.</summary>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>The connections, in the order in which they opened.</summary>
    public IReadOnlyList<AmqpConnection> Connections =>
        [.. _connections.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];

    /// <summary>What connections hold besides the broker's messages.</summary>
    public long HeldBytes => _memory.UsedBytes;

    /// <summary>Serves one connection to its end.</summary>
    public async Task ServeAsync(ConnectionContext transport)
    {
        if (_services.Faults.RefusesConnection())
        {
            transport.Abort(new ConnectionAbortedException("The connection was cut: a fault rule says so."));
            return;
        }

        if (Interlocked.Increment(ref _count) > _services.Limits.MaxConnections)
        {
            Interlocked.Decrement(ref _count);
            LogTooMany(_services.Limits.MaxConnections);
            transport.Abort(new ConnectionAbortedException("There are too many connections."));
            return;
        }

        await using var connection = new AmqpConnection(transport, _services, _memory, _logger);
        _connections[transport.ConnectionId] = connection;
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            _connections.TryRemove(transport.ConnectionId, out _);
            Interlocked.Decrement(ref _count);
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        foreach (var connection in _connections.Values)
        {
            connection.OnTick();
        }
    }

    [LoggerMessage(2010, LogLevel.Warning, "A connection was refused: there are {Limit} already.",
        EventName = "TooMany")]
    private partial void LogTooMany(int limit);
}
