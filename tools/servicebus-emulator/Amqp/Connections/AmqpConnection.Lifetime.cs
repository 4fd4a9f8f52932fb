using Amqp;
using Amqp.Framing;
using Microsoft.AspNetCore.Connections;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <content>Silence, slowness, and the end.</content>
internal sealed partial class AmqpConnection
{
    /// <summary>How long the peer may take to read our close before its socket is cut.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private TimeSpan _peerIdleTimeout = Timeout.InfiniteTimeSpan;
    private long _lastRead;
    private long _lastWrite;
    private long _flushStarted;
    private bool _isCloseOwed;
    private readonly long _accepted;

    /// <summary>
    /// Called about once a second, on the clock's thread: the loop itself may be stuck on a peer that does not read.
    /// </summary>
    public void OnTick()
    {
        var flushStarted = Volatile.Read(ref _flushStarted);
        if (flushStarted != 0 && Time.GetElapsedTime(flushStarted) > Limits.SlowPeerTimeout)
        {
            LogSlow(_transport.ConnectionId, Limits.SlowPeerTimeout);
            _transport.Abort(new ConnectionAbortedException("The peer does not read."));
        }
        else if (_state == ConnectionState.Starting && Time.GetElapsedTime(_accepted) > Limits.HandshakeTimeout)
        {
            LogStalled(_transport.ConnectionId, Limits.HandshakeTimeout);
            _transport.Abort(new ConnectionAbortedException("The peer does not open."));
        }
        else if (Time.GetElapsedTime(Volatile.Read(ref _lastRead)) > Limits.IdleTimeout * 2)
        {
            LogIdle(_transport.ConnectionId, Limits.IdleTimeout * 2);
            _transport.Abort(new ConnectionAbortedException("The peer is silent."));
        }
        else if (_peerIdleTimeout > TimeSpan.Zero
            && Time.GetElapsedTime(Volatile.Read(ref _lastWrite)) > _peerIdleTimeout / 2)
        {
            TryPost(Writer.Empty);
        }

        if (Claims.HasExpired(Time.GetUtcNow()))
        {
            TryPost(DetachExpired);
        }
    }

    /// <summary>Of all connections this one holds the most, and all together hold too much.</summary>
    private void CutHoarder()
    {
        LogHoarder(_transport.ConnectionId, Limits.MaxHeldBytes);
        _transport.Abort(new ConnectionAbortedException("The connection holds more memory than any other."));
    }

    /// <summary>Links end with the token that opened them, unless it was renewed.</summary>
    private void DetachExpired()
    {
        var now = Time.GetUtcNow();
        Claims.RemoveExpired(now);
        foreach (var link in Links.Where(link => link.ClaimPath is { } path && !Claims.Covers(path, now)).ToArray())
        {
            link.Detach(new Error(ErrorCode.UnauthorizedAccess)
            {
                Description = $"The token for '{link.ClaimPath}' has expired.",
            });
        }
    }

    /// <summary>
    /// Ends the connection after this round of the loop; without a condition it is the peer who wants it.
    /// </summary>
    private void Close(string? condition, string? description)
    {
        if (_state == ConnectionState.Open && condition is not null)
        {
            _closeError = new Error(condition) { Description = description };
        }

        _isCloseOwed = _state == ConnectionState.Open;
        _state = ConnectionState.Closed;
    }

    /// <summary>
    /// Says why we end, and lets the peer read it: closing a socket with unread bytes would reset it.
    /// </summary>
    private async Task SayGoodbyeAsync()
    {
        try
        {
            if (_isCloseOwed)
            {
                var close = new global::Amqp.Framing.Close();
                if (_closeError is not null)
                {
                    close.Error = _closeError;
                }

                Writer.Amqp(0, close);
            }

            using var timeout = new CancellationTokenSource(GoodbyeTimeout, Time);
            await Writer.FlushAsync(timeout.Token);
            await _transport.Transport.Output.CompleteAsync();
            await ReadOutAsync(timeout.Token);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            LogLost(_transport.ConnectionId, e.Message);
        }

        await _input.CompleteAsync();
    }

    private async Task ReadOutAsync(CancellationToken cancellationToken)
    {
        var isOver = _closeError is null;
        while (!isOver)
        {
            var read = await _input.ReadAsync(cancellationToken);
            _input.AdvanceTo(read.Buffer.End);
            isOver = read.IsCompleted;
        }
    }

    [LoggerMessage(2001, LogLevel.Debug, "Connection {Connection} opened by container {Container}.",
        EventName = "Opened")]
    private partial void LogOpened(string connection, string? container);

    [LoggerMessage(2002, LogLevel.Warning, "Connection {Connection} ends: {Condition}: {Reason}", EventName = "Fault")]
    private partial void LogFault(string connection, string condition, string reason);

    [LoggerMessage(2003, LogLevel.Debug, "Connection {Connection} was lost: {Reason}", EventName = "Lost")]
    private partial void LogLost(string connection, string reason);

    [LoggerMessage(2004, LogLevel.Error, "Connection {Connection} failed.", EventName = "Bug")]
    private partial void LogBug(string connection, Exception exception);

    [LoggerMessage(2005, LogLevel.Warning, "Connection {Connection} is cut: it took no byte for {Limit}.",
        EventName = "Slow")]
    private partial void LogSlow(string connection, TimeSpan limit);

    [LoggerMessage(2007, LogLevel.Warning,
        "Connection {Connection} is cut: connections hold more than {Limit} bytes, and this one the most.",
        EventName = "Hoarder")]
    private partial void LogHoarder(string connection, long limit);

    [LoggerMessage(2008, LogLevel.Information, "Connection {Connection} is cut: it did not open within {Limit}.",
        EventName = "Stalled")]
    private partial void LogStalled(string connection, TimeSpan limit);

    [LoggerMessage(2006, LogLevel.Information, "Connection {Connection} is cut: it was silent for {Limit}.",
        EventName = "Idle")]
    private partial void LogIdle(string connection, TimeSpan limit);
}
