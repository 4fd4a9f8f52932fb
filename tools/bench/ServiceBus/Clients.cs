using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Bench.ServiceBus;

/// <summary>The clients of the loads, on few connections: the SDK gives each client one, and applications share it.</summary>
internal sealed class Clients : IAsyncDisposable
{
    private const int Connections = 4;

    /// <summary>Messages asked for at once when a queue is emptied.</summary>
    private const int DrainBatch = 2_000;

    /// <summary>A queue that gives nothing for so long is empty.</summary>
    private static readonly TimeSpan EmptyAfter = TimeSpan.FromMilliseconds(50);

    private readonly ServiceBusClient[] _clients;

    public Clients(string connectionString) =>
        _clients = [.. Enumerable.Range(0, Connections).Select(_ => new ServiceBusClient(connectionString))];

    /// <summary>The client that worker number so-and-so uses.</summary>
    public ServiceBusClient For(int worker) => _clients[worker % Connections];

    /// <summary>So many senders to one queue.</summary>
    public ServiceBusSender[] Senders(string queue, int count) =>
        [.. Enumerable.Range(0, count).Select(worker => For(worker).CreateSender(queue))];

    /// <summary>Takes everything out of a queue, so that every run starts with an empty one.</summary>
    public async Task DrainAsync(string queue, CancellationToken cancellationToken)
    {
        await Task.WhenAll(_clients.Select(async client =>
        {
            await using var receiver = client.CreateReceiver(
                queue, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
            while ((await receiver.ReceiveMessagesAsync(DrainBatch, EmptyAfter, cancellationToken)).Count > 0)
            {
                // The messages themselves are of no interest.
            }
        }));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }
    }
}
