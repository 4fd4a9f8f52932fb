using System.Threading.Channels;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// One connection over all its sockets. Its mailbox carries out requests in order, waiting for the answer to each event
/// before the next; a full mailbox stops the reading of the socket, so a client that floods is slowed by TCP and costs
/// a bounded amount. What a reliable client asked before it lost its socket is still done, and an event in flight stays
/// the only one: when the client repeats it on the next socket, the repetition waits behind it.
/// </summary>
internal sealed partial class ClientSession(HubCore hub, ClientServices services) : IConnectionListener
{
    /// <summary>Requests that may wait behind an event in flight; each is at most one message.</summary>
    private const int MailboxCapacity = 16;

    private readonly Channel<ClientRequest> _mailbox = Channel.CreateBounded<ClientRequest>(
        new BoundedChannelOptions(MailboxCapacity) { SingleReader = true });

    private readonly TaskCompletionSource<ConnectionEnd> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    void IConnectionListener.OnEnded(ConnectionEnd end)
    {
        _ended.TrySetResult(end);
        _mailbox.Writer.TryComplete();
    }

    /// <summary>Serves the connection until it has ended and its last request is done or given up.</summary>
    public async Task RunAsync(HubConnection connection, CancellationToken stopping)
    {
        var handling = HandleRequestsAsync(connection, stopping);
        var end = await _ended.Task;
        services.Events.Disconnected(hub, connection, end);
        services.Meter.Closed(slow: end.Kind == EndKind.SlowClient);
        await handling;
    }

    /// <summary>
    /// Hands over a request. One that waits for room is given up when its socket ends: nobody would be told of its
    /// outcome.
    /// </summary>
    public async ValueTask PostAsync(HubConnection connection, ClientRequest request, CancellationToken socketEnded)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(request, socketEnded);
        }
        catch (Exception exception) when (exception is ChannelClosedException
            || (exception is OperationCanceledException && socketEnded.IsCancellationRequested))
        {
            LogGivenUp(services.Logger, connection.Id);
        }
    }

    private async Task HandleRequestsAsync(HubConnection connection, CancellationToken stopping)
    {
        var requests = new ClientRequests(hub, connection);
        try
        {
            await foreach (var request in _mailbox.Reader.ReadAllAsync(stopping))
            {
                // A client that closed in good order has said all it wanted to; any other end leaves the rest undone.
                if (connection.End is { Kind: not EndKind.ClosedByClient }) continue;
                if (requests.Handle(request) is not { } raised) continue;
                var outcome = await services.Events.RaiseAsync(hub, connection, raised, stopping);
                requests.Complete(raised, outcome);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogGivenUp(services.Logger, connection.Id);
        }
        catch (Exception exception)
        {
            // A connection whose requests nobody carries out must not look alive.
            LogFailed(services.Logger, exception, connection.Id);
            hub.End(connection, ConnectionEnd.Failed);
        }
    }

    [LoggerMessage(3105, LogLevel.Error, "A request of connection {ConnectionId} could not be carried out")]
    private static partial void LogFailed(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(3103, LogLevel.Debug, "Connection {ConnectionId} ended with requests in hand")]
    private static partial void LogGivenUp(ILogger logger, string connectionId);
}
