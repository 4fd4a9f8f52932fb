using ServerlessGateway.Client.Wire;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>Requests: what leaves, and on what it waits.</summary>
internal sealed partial class ClientCore
{
    /// <summary>
    /// The service hands a connection's requests on one at a time, so more reads under way only delay the publication
    /// behind them.
    /// </summary>
    private const int MaxReadsUnderWay = 4;

    private long _lastRequest;
    private TimeSpan _lastAnswer;
    private TimeSpan _positionsSentAt;
    private TimeSpan? _noticeDue;
    private int _checkFailures;
    private TimeSpan _leaveDue;
    private bool _sentWhileClosing;
    private TimeSpan _idleInterval;

    private bool HasNewPositions => _readers.Values.Any(reader => reader.HasNewPosition);

    private bool MayRead => _pending.Values.Count(request => request is PendingRead) < MaxReadsUnderWay;

    /// <summary>Requests are handled in order, so each answer gives the next its own time.</summary>
    private TimeSpan? RequestTimeoutDue => _pending.Count == 0
        ? null
        : Max(_pending.GetAt(0).Value.SentAt, _lastAnswer) + _context.Options.RequestTimeout;

    private TimeSpan? RequestDue
    {
        get
        {
            var due = Timing.Earlier(RequestTimeoutDue, _noticeDue);
            due = Timing.Earlier(due, IdleDue);
            due = Timing.Earlier(due, PositionsDue);
            due = Timing.Earlier(due, _leaving.Count > 0 ? _leaveDue : null);
            due = Timing.Earlier(due, _acked.Count > 0 ? _acked.Values.Min() : null);
            var mayRead = MayRead;
            foreach (var reader in _readers.Values.Where(reader => mayRead || reader.Phase == ReaderPhase.Joining))
            {
                due = Timing.Earlier(due, reader.AskDue);
            }

            return due;
        }
    }

    /// <summary>
    /// Closing sends them once more at once, and not again where that fails: then the next client repeats a little.
    /// </summary>
    private TimeSpan? PositionsDue => !HasNewPositions
        ? null
        : IsClosing && !_sentWhileClosing
            ? TimeSpan.Zero
            : _positionsSentAt + _context.Options.PositionInterval;

    /// <summary>When the channel that was silent for longest is to be asked for (R6).</summary>
    private TimeSpan? IdleDue
    {
        get
        {
            TimeSpan? oldest = null;
            foreach (var reader in _readers.Values.Where(reader => reader.Phase == ReaderPhase.Live))
            {
                oldest = Timing.Earlier(oldest, reader.LastHeard);
            }

            return oldest + _idleInterval;
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void PumpRequests()
    {
        PumpAcked();
        PumpJoins();
        PumpLeaves();
        if (_outbox.TryGather(out var entries))
        {
            var items = entries.Select(entry => entry.ToItem()).ToList();
            Send(new PublishRequest(_publisher, items), (_, sentAt) => new PendingPublish(sentAt));
        }

        PumpReads();
        PumpChecks();
        if (HasNewPositions && _context.Now >= PositionsDue)
        {
            Send(new PositionsRequest(), (_, sentAt) => new PendingPositions(sentAt));
        }
    }

    private void SendResume()
    {
        var readers = _readers.Values.ToList();
        Send(new ResumeRequest(Ask(readers)), (positions, sentAt) => new PendingJoin(sentAt, positions, readers));
    }

    /// <summary>
    /// What to ask for. The gateway stores where reading goes on, and that may be ahead of the application: so what it
    /// has processed rides along each time, though it was sent before (R7).
    /// </summary>
    private static List<SubscribeItem> Ask(List<ChannelReader> readers)
    {
        foreach (var reader in readers)
        {
            reader.HasNewPosition |= reader.Processed is not null;
            reader.Asked();
        }

        return [.. readers.Select(reader => reader.JoinItem())];
    }

    private void PumpJoins()
    {
        var due = _readers.Values
            .Where(reader => reader.Phase == ReaderPhase.Joining && reader.AskDue <= _context.Now)
            .ToList();
        foreach (var readers in due.GroupBy(reader => reader.JoinsAlone ? reader.Subscription : 0)
            .Select(group => group.ToList()))
        {
            Send(
                new SubscribeRequest(Ask(readers)), (positions, sentAt) => new PendingJoin(sentAt, positions, readers));
        }
    }

    /// <summary>Those that were left while there was no connection may be more than one request may name.</summary>
    private void PumpLeaves()
    {
        while (_leaving.Count > 0 && _context.Now >= _leaveDue)
        {
            var channels = _leaving.Take(_context.Limits.MaxChannelsPerSession).ToList();
            _leaving.RemoveRange(0, channels.Count);
            var request = new UnsubscribeRequest([.. channels.Select(channel => channel.Value)]);
            Send(request, (positions, sentAt) => new PendingLeave(sentAt, positions, channels));
        }
    }

    private void PumpReads()
    {
        while (MayRead && _readers.Values
            .Where(reader => reader.Phase != ReaderPhase.Joining && reader.AskDue <= _context.Now)
            .MinBy(reader => reader.AskDue) is { } reader)
        {
            reader.Asked();
            _context.Tally.Reads++;
            var request = new HistoryRequest(reader.Channel.Value, reader.Delivered!.Value);
            Send(request, (positions, sentAt) => new PendingRead(sentAt, positions, reader));
        }
    }

    /// <summary>
    /// The idle check asks once for all channels that were silent for half the interval or longer, so that they stay
    /// together; a notice asks for all.
    /// </summary>
    private void PumpChecks()
    {
        var isNoticeDue = _context.Now >= _noticeDue;
        if (!isNoticeDue && !(_context.Now >= IdleDue))
        {
            return;
        }

        var silentSince = isNoticeDue ? _context.Now : _context.Now - (_context.Options.CheckInterval / 2);
        var readers = _readers.Values
            .Where(reader => reader.Phase == ReaderPhase.Live && reader.LastHeard <= silentSince)
            .ToList();
        _noticeDue = isNoticeDue ? null : _noticeDue;
        _idleInterval = _context.Around(_context.Options.CheckInterval);
        if (readers.Count > 0)
        {
            readers.ForEach(reader => reader.Checked());
            var request = new CheckRequest([.. readers.Select(reader => reader.Channel.Value)]);
            Send(request, (positions, sentAt) => new PendingCheck(sentAt, positions, readers));
        }
    }

    /// <summary>Sends a request under the next id; positions that changed ride on it, except on publish.</summary>
    private void Send(GatewayRequest request, Func<bool, TimeSpan, PendingRequest> pend)
    {
        var id = ++_lastRequest;
        var positions = request is PublishRequest ? null : TakePositions();
        _pending.Add(id, pend(positions is not null, _context.Now));
        var utf8 = RequestCodec.Encode(request with { Id = id, Positions = positions });
        _context.Emit(new SendFrameEffect(_attempt, ServiceFrameCodec.Event(id, utf8)));
    }

    private List<ChannelPosition>? TakePositions()
    {
        var changed = _readers.Values.Where(reader => reader is { HasNewPosition: true, Processed: not null }).ToList();
        if (changed.Count == 0)
        {
            return null;
        }

        changed.ForEach(reader => reader.HasNewPosition = false);
        _positionsSentAt = _context.Now;
        _sentWhileClosing = IsClosing;
        return [.. changed.Select(reader => new ChannelPosition(
            reader.Channel.Value, reader.Processed!.Value.Epoch, reader.Processed.Value.Offset))];
    }

    /// <summary>The connection is gone: every outcome under way is unknown.</summary>
    private void ForgetRequests()
    {
        foreach (var request in _pending.Values)
        {
            RestoreLeaving(request);
        }

        _pending.Clear();
        _acked.Clear();
        _noticeDue = null;
        _outbox.OnConnectionLost();
        foreach (var reader in _readers.Values)
        {
            reader.ConnectionLost();
        }
    }

    private void RestoreLeaving(PendingRequest request)
    {
        if (request is PendingLeave leave)
        {
            _leaving.AddRange(
                leave.Channels.Where(channel => !_readers.ContainsKey(channel) && !_leaving.Contains(channel)));
        }
    }
}
