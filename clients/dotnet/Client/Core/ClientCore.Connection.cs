using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>Connecting, losing the connection, coming back.</summary>
internal sealed partial class ClientCore
{
    /// <summary>A token that is refused may be old; three in a row are not going to become better.</summary>
    private const int MaxRefusedTokens = 3;

    /// <summary>
    /// Names the current attempt and its socket; whatever belongs to another one is late and means nothing.
    /// </summary>
    private int _attempt;

    private TimeSpan? _attemptDue;
    private TimeSpan? _waitDue;
    private TimeSpan? _connectDue;
    private TimeSpan _greetedAt;
    private TimeSpan _lastHeard;
    private TimeSpan _nextPing;
    private int _failures;
    private int _refusedTokens;
    private ErrorDetail? _lastError;
    private Outage? _outage;

    private bool IsConnected => State is ConnectionState.Resuming or ConnectionState.Live;

    private TimeSpan? ConnectionDue
    {
        get
        {
            var due = Timing.Earlier(_connectDue, State switch
            {
                ConnectionState.Connecting => _attemptDue,
                ConnectionState.Waiting => _waitDue,
                _ => null,
            });
            return IsConnected
                ? Timing.Earlier(due, Timing.Earlier(_nextPing, _lastHeard + _context.Options.DeadAfter))
                : due;
        }
    }

    private void EnsureConnecting()
    {
        if (State == ConnectionState.Idle && !IsClosing)
        {
            var patience = _context.Options.ConnectTimeout;
            _connectDue = patience == Timeout.InfiniteTimeSpan ? null : _context.Now + patience;
            StartAttempt();
        }
    }

    private void StartAttempt()
    {
        _attempt++;
        _waitDue = null;
        _attemptDue = _context.Now + _context.Options.AttemptTimeout;
        Instance = null;
        _outage = _outage is null ? null : _outage with { Attempts = _outage.Attempts + 1 };
        Enter(ConnectionState.Connecting, null);
        var avoid = _context.Options.AvoidInstances;
        _context.Emit(new NegotiateEffect(_attempt, new NegotiateRequest(Session, avoid.Count > 0 ? avoid : null)));
    }

    private void OnNegotiated(NegotiateAnswer answer)
    {
        if (State == ConnectionState.Connecting)
        {
            Session = answer.Session;
            Instance = answer.Instance;
            _context.Limits = answer.Limits;
            _context.Emit(new OpenSocketEffect(_attempt, answer.Url, answer.Protocol));
        }
    }

    private void OnAttemptFailed(ErrorDetail error)
    {
        var verdict = ErrorCode.VerdictOf(error.Code);
        _refusedTokens = verdict == Verdict.Authenticate ? _refusedTokens + 1 : 0;
        if (verdict == Verdict.Stop || _refusedTokens >= MaxRefusedTokens)
        {
            Terminate(error);
        }
        else
        {
            Lose(error);
        }
    }

    /// <summary>
    /// The service's greeting: from here on requests may be sent, and those who hold channels resume first (R4).
    /// </summary>
    private void OnGreeting()
    {
        if (State != ConnectionState.Connecting)
        {
            return;
        }

        _attemptDue = _connectDue = null;
        _refusedTokens = 0;
        _greetedAt = _context.Now;
        _nextPing = _context.Now + _context.Options.PingInterval;
        _context.Tally.Connections++;
        if (_outage is not null)
        {
            _outage = _outage with { MessagesBefore = _context.Tally.Messages };
        }

        // A first connection adds to what the session holds; only who has held channels on one before may say which
        // they are.
        var resumes = _readers.Values.Any(reader => reader.Delivered is not null);
        Enter(resumes ? ConnectionState.Resuming : ConnectionState.Live, null);
        if (resumes)
        {
            SendResume();
        }
    }

    /// <summary>
    /// The connection or the attempt is over; the next begins at once after a good connection, else after a back-off.
    /// </summary>
    private void Lose(ErrorDetail error)
    {
        if (State is ConnectionState.Waiting or ConnectionState.Idle or ConnectionState.Closed)
        {
            return;
        }

        _context.Emit(new CloseSocketEffect(_attempt++, error.Name));
        var wasConnected = IsConnected;
        if (wasConnected)
        {
            _failures = _context.Now - _greetedAt >= _context.Options.StableAfter ? 0 : _failures;
            _outage ??= new Outage(_context.Now, Instance ?? string.Empty, 0, _context.Tally.Messages);
            ForgetRequests();
        }

        var delay = wasConnected && _failures == 0 ? TimeSpan.Zero : _context.BackOff(_failures, error);
        _failures++;
        _lastError = error;
        _waitDue = _context.Now + delay;
        Instance = null;
        Enter(ConnectionState.Waiting, error, delay);
    }

    private void PumpConnection()
    {
        if (_context.Now >= _connectDue)
        {
            var last = _lastError is null
                ? "nothing answered"
                : $"{_lastError.Code} {_lastError.Name}: {_lastError.Message}";
            Terminate(ErrorDetail.Of(
                ErrorCodes.ConnectFailed, $"No connection within {_context.Options.ConnectTimeout}; last: {last}",
                _lastError?.Value));
            return;
        }

        if (State == ConnectionState.Connecting && _context.Now >= _attemptDue)
        {
            Lose(ErrorDetail.Of(ErrorCodes.ConnectFailed, "The attempt took too long."));
        }
        else if (IsConnected)
        {
            PumpLiveness();
        }

        if (State == ConnectionState.Waiting && _context.Now >= _waitDue)
        {
            StartAttempt();
        }
    }

    /// <summary>A socket can look open long after its other end is gone: what does not answer is given up.</summary>
    private void PumpLiveness()
    {
        if (_context.Now >= _lastHeard + _context.Options.DeadAfter)
        {
            Lose(ErrorDetail.Of(ErrorCodes.ConnectFailed, "The connection is dead: nothing arrived."));
        }
        else if (_context.Now >= RequestTimeoutDue)
        {
            Lose(ErrorDetail.Of(ErrorCodes.ConnectFailed, "A request was not answered."));
        }
        else if (_context.Now >= _nextPing)
        {
            _nextPing = _context.Now + _context.Options.PingInterval;
            _context.Emit(new SendFrameEffect(_attempt, Wire.ServiceFrameCodec.Ping));
        }
    }

    /// <summary>
    /// All channels that were held have their answer: live. All have caught up: what was lost is made good.
    /// </summary>
    private void FinishResuming()
    {
        var held = _readers.Values.Where(reader => reader.Delivered is not null).ToList();
        if (State == ConnectionState.Resuming && held.All(reader => reader.Phase != ReaderPhase.Joining))
        {
            Enter(ConnectionState.Live, null);
        }

        if (_outage is { } outage && State == ConnectionState.Live
            && held.All(reader => reader.Phase == ReaderPhase.Live))
        {
            _outage = null;
            _context.Tally.Resumes++;
            _context.Emit(new SessionResumedEvent(new SessionResumed(
                Instance ?? string.Empty,
                outage.PreviousInstance,
                _context.Now - outage.Since,
                outage.Attempts,
                held.Count,
                _context.Tally.Messages - outage.MessagesBefore)));
        }
    }

    private void Enter(ConnectionState state, ErrorDetail? error, TimeSpan? retryIn = null)
    {
        var before = State;
        State = state;
        _context.Emit(new StateEvent(new ConnectionStateChanged(before, state, Instance, error, retryIn)));
    }

    /// <summary>From the loss of a connection until it is made good.</summary>
    private sealed record Outage(TimeSpan Since, string PreviousInstance, int Attempts, long MessagesBefore);
}
