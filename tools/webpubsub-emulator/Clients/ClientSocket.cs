using System.Net.WebSockets;
using System.Threading.Channels;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// The socket of one client. Three loops, each with one task: reading decodes frames and answers pings at once; the
/// mailbox carries out requests in order, waiting for the answer to each event before the next; writing sends what the
/// outbox holds. A full mailbox stops reading, so a client that floods is slowed by TCP and costs a bounded amount.
/// </summary>
internal sealed partial class ClientSocket(
    WebSocket socket,
    HubCore hub,
    HubConnection connection,
    OutboxSignal signal,
    ClientServices services)
{
    /// <summary>Requests that may wait behind an event in flight; each is at most one message.</summary>
    private const int MailboxCapacity = 16;

    /// <summary>How long a connection that is to end may still take for what waits and for the closing handshake.</summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(5);

    private readonly Channel<ClientRequest> _mailbox = Channel.CreateBounded<ClientRequest>(
        new BoundedChannelOptions(MailboxCapacity) { SingleReader = true, SingleWriter = true });

    private readonly ClientRequests _requests = new(hub, connection);

    /// <summary>Serves the connection until it has ended on both sides; <paramref name="cut"/> breaks it at TCP level.</summary>
    public async Task RunAsync(Action cut, CancellationToken stopping)
    {
        using var ended = new CancellationTokenSource();
        using var finished = new CancellationTokenSource();
        var guarding = GuardEndAsync(cut, ended, finished.Token);
        var handling = HandleRequestsAsync(stopping);
        await Task.WhenAll(ReadAsync(ended.Token), WriteAsync());
        await finished.CancelAsync();
        await guarding;
        await handling;
    }

    // Once the end is decided the socket has a bounded time left: a client that does not read is never waited for.
    private async Task GuardEndAsync(Action cut, CancellationTokenSource ended, CancellationToken finished)
    {
        var end = await signal.Ended;
        services.Events.Disconnected(hub, connection, end);
        if (end.Kind != EndKind.ClosedByClient) await ended.CancelAsync();
        if (end.Kind != EndKind.Dropped)
        {
            var waiting = Task.Delay(CloseGrace, services.Time, finished);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (waiting.IsCanceled) return;
        }

        cut();
    }

    private async Task ReadAsync(CancellationToken ended)
    {
        using var reader = new MessageReader(socket, services.Limits.MaxMessageBytes);
        try
        {
            while (true)
            {
                var message = await reader.ReadAsync(CancellationToken.None);
                if (message.Kind == ReceivedKind.Close)
                {
                    hub.End(connection, ClosedByClient());
                    return;
                }

                // What arrives after the end was decided is only read to reach the client's close frame.
                if (connection.Outbox.End is not null) continue;
                var (request, end) = Decode(message);
                if (end is not null) hub.End(connection, end);
                else if (request is not null) await PostAsync(request, ended);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException
            or ObjectDisposedException or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            LogLost(services.Logger, connection.Id, exception.Message);
            hub.End(connection, ConnectionEnd.Lost);
        }
        finally
        {
            _mailbox.Writer.TryComplete();
        }
    }

    // A request that waits for room is given up when the connection ends: nobody would be told of its outcome.
    private async ValueTask PostAsync(ClientRequest request, CancellationToken ended)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(request, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            LogStopped(services.Logger, connection.Id);
        }
    }

    // The request to carry out, if there is one, or how the connection must end.
    private (ClientRequest? Request, ConnectionEnd? End) Decode(ReceivedMessage message)
    {
        if (message.Kind == ReceivedKind.TooBig)
        {
            var limit = services.Limits.MaxMessageBytes;
            return (null, Malformed(ConnectionEnd.TooBig, $"A message is limited to {limit} bytes."));
        }

        if (connection.Spec.Protocol == ClientProtocol.Plain) return (PlainRequest(message), null);
        if (message.Kind != ReceivedKind.Text)
        {
            return (null, Malformed(ConnectionEnd.InvalidType, "The JSON subprotocol requires text messages."));
        }

        if (!JsonRequests.TryRead(message.Bytes, out var request, out var error))
        {
            return (null, Malformed(ConnectionEnd.InvalidPayload, error));
        }

        if (request is not ClientRequest.Ping) return (request, null);
        // Liveness must not wait behind an event in flight.
        _requests.Handle(request);
        return (null, null);
    }

    private ConnectionEnd Malformed(int closeStatus, string error)
    {
        LogMalformed(services.Logger, connection.Id, error);
        return new ConnectionEnd(closeStatus, error, EndKind.BadRequest);
    }

    private ClientRequest PlainRequest(ReceivedMessage message)
    {
        var type = message.Kind == ReceivedKind.Text ? MessageDataType.Text : MessageDataType.Binary;
        var data = new MessageData(type, message.Bytes.ToArray());
        var mode = connection.Spec.PlainMode;
        return mode.Group is { } group
            ? new ClientRequest.SendToGroup(group, data, mode.NoEcho, null)
            : new ClientRequest.Event(EventName.Message, data, null);
    }

    private async Task HandleRequestsAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var request in _mailbox.Reader.ReadAllAsync(stopping))
            {
                // A client that closed in good order has said all it wanted to; any other end leaves the rest undone.
                if (connection.Outbox.End is { Kind: not EndKind.ClosedByClient }) continue;
                if (_requests.Handle(request) is not { } raised) continue;
                var outcome = await services.Events.RaiseAsync(hub, connection, raised, stopping);
                _requests.Complete(raised, outcome);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(services.Logger, connection.Id);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            ConnectionEnd? end;
            while (true)
            {
                while (connection.Outbox.TryDequeue(out var frame, out end)) await SendAsync(frame);
                if (end is not null) break;
                await signal.WaitAsync();
            }

            if (end.Kind is EndKind.ConnectionLost or EndKind.Dropped) return;
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(
                    (WebSocketCloseStatus)end.CloseStatus, Shorten(end.Reason), CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException
            or ObjectDisposedException or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            LogLost(services.Logger, connection.Id, exception.Message);
            hub.End(connection, ConnectionEnd.Lost);
        }
    }

    private async ValueTask SendAsync(OutboundFrame frame)
    {
        var type = frame.IsText ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        await socket.SendAsync(frame.Bytes, type, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        services.Meter.ClientFrame(frame.Bytes.Length);
    }

    private ConnectionEnd ClosedByClient() => new(
        socket.CloseStatus is { } status && Enum.IsDefined(status) && status != WebSocketCloseStatus.Empty
            ? (int)status
            : ConnectionEnd.Normal,
        socket.CloseStatusDescription ?? "",
        EndKind.ClosedByClient);

    // A close frame holds 123 bytes of reason; reasons here are ASCII but for what a REST caller wrote.
    private static string Shorten(string reason)
    {
        var length = Math.Min(reason.Length, 123);
        while (System.Text.Encoding.UTF8.GetByteCount(reason.AsSpan(0, length)) > 123) length--;
        return reason[..length];
    }
}
