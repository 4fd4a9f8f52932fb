using System.Buffers;
using System.Net.WebSockets;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>
/// One socket of a client. Two loops, each with one task: reading decodes frames, answers pings and takes sequence
/// acknowledgements at once, and leaves the rest to the session; writing sends what the outbox of this socket holds.
/// </summary>
internal sealed partial class ClientSocket(
    WebSocket socket,
    HubCore hub,
    HubConnection connection,
    Outbox outbox,
    OutboxSignal signal,
    ClientSession session,
    ClientServices services)
{
    /// <summary>How long a connection that is to end may still take for what waits and for the closing handshake.</summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(5);

    /// <summary>Serves the socket until it has ended on both sides; <paramref name="cut"/> breaks it at TCP level.</summary>
    public async Task RunAsync(Action cut)
    {
        using var ended = new CancellationTokenSource();
        using var finished = new CancellationTokenSource();
        var guarding = GuardEndAsync(cut, ended, finished.Token);
        await Task.WhenAll(ReadAsync(ended.Token), WriteAsync());
        await finished.CancelAsync();
        await guarding;
    }

    // Once the end is decided the socket has a bounded time left: a client that does not read is never waited for.
    private async Task GuardEndAsync(Action cut, CancellationTokenSource ended, CancellationToken finished)
    {
        var end = await signal.Ended;
        if (end.Kind != EndKind.ClosedByClient) await ended.CancelAsync();
        if (end.Kind is not (EndKind.Dropped or EndKind.Replaced))
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
                    hub.EndFrom(connection, outbox, ClosedByClient());
                    return;
                }

                // What arrives after the end was decided is only read to reach the client's close frame.
                if (outbox.End is not null) continue;
                var read = Decode(message);
                if (read.End is not null) Refuse(read);
                else if (read.Request is { } request && !hub.HandleAtOnce(connection, outbox, request))
                {
                    await session.PostAsync(connection, request, ended);
                }
            }
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            LogLost(services.Logger, connection.Id, exception.Message);
            hub.EndFrom(connection, outbox, ConnectionEnd.Lost);
        }
        catch (Exception exception)
        {
            // Without its reader the socket would stay open and answer nothing.
            LogFailed(services.Logger, exception, connection.Id);
            hub.EndFrom(connection, outbox, ConnectionEnd.Failed);
        }
    }

    // The request to carry out, or how the connection must end.
    private ReadResult Decode(ReceivedMessage message)
    {
        var limit = services.Limits.MaxMessageBytes;
        var result = message.Kind == ReceivedKind.TooBig
            ? ReadResult.Malformed(ConnectionEnd.TooBig, $"A message is limited to {limit} bytes.")
            : connection.Codec.Read(message.Bytes, message.Kind == ReceivedKind.Text);
        if (result.End is { } end) LogMalformed(services.Logger, connection.Id, end.Reason);
        return result;
    }

    // Who waits for an acknowledgement is told before the close, as with events that fail.
    private void Refuse(in ReadResult read)
    {
        if (read.UnmetAckId is { } ackId)
        {
            hub.Reply(connection, outbox, connection.Codec.ErrorAck(ackId, "BadRequest", read.End!.Reason));
        }

        hub.EndFrom(connection, outbox, read.End!);
    }

    private async Task WriteAsync()
    {
        try
        {
            ConnectionEnd? end;
            while (true)
            {
                while (outbox.TryDequeue(out var frame, out end)) await SendAsync(frame);
                if (end is not null) break;
                await signal.WaitAsync();
            }

            if (end.Kind is EndKind.ConnectionLost or EndKind.Dropped or EndKind.Replaced) return;
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(StatusOf(end), Shorten(end.Reason), CancellationToken.None);
            }
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            LogLost(services.Logger, connection.Id, exception.Message);
            hub.EndFrom(connection, outbox, ConnectionEnd.Lost);
        }
    }

    private async ValueTask SendAsync(OutboundFrame frame)
    {
        var type = frame.IsText ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        // Counted first: whoever has received the frame finds it counted.
        services.Meter.ClientFrame(frame.Length);
        if (frame.Head.IsEmpty)
        {
            await socket.SendAsync(frame.Bytes, type, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        else
        {
            // One frame on the wire, because not every client puts fragments together.
            var whole = ArrayPool<byte>.Shared.Rent(frame.Length);
            try
            {
                frame.CopyTo(whole);
                await socket.SendAsync(
                    whole.AsMemory(0, frame.Length), type, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(whole);
            }
        }
    }

    private static bool IsLoss(Exception exception) => exception is WebSocketException or IOException
        or OperationCanceledException or ObjectDisposedException
        or Microsoft.AspNetCore.Connections.ConnectionAbortedException;

    // A close frame without a status is a normal close.
    private ConnectionEnd ClosedByClient() => new(
        socket.CloseStatus is { } status and not WebSocketCloseStatus.Empty ? (int)status : ConnectionEnd.Normal,
        socket.CloseStatusDescription ?? "",
        EndKind.ClosedByClient);

    // A status that is neither known nor of the applications' own may not stand in a frame; it is answered as normal.
    private static WebSocketCloseStatus StatusOf(ConnectionEnd end)
    {
        var status = (WebSocketCloseStatus)end.CloseStatus;
        return end.CloseStatus >= 3000 || Enum.IsDefined(status) ? status : WebSocketCloseStatus.NormalClosure;
    }

    // A close frame holds 123 bytes of reason; reasons here are ASCII but for what a REST caller wrote.
    private static string Shorten(string reason)
    {
        var length = Math.Min(reason.Length, 123);
        while (System.Text.Encoding.UTF8.GetByteCount(reason.AsSpan(0, length)) > 123) length--;
        return reason[..length];
    }
}
