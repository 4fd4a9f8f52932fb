using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>
/// The client without its sockets, clocks and threads: inputs in, outputs out, nothing else. One input is handled at a
/// time, so every interleaving is an order of inputs, and a run repeats from its inputs and the seed of <c>random</c>.
/// After each input everything that is due is done (<see cref="Pump"/>), so a timer is only a time at which to look
/// again, and none can be forgotten.
/// </summary>
internal sealed partial class ClientCore
{
    private readonly CoreContext _context;
    private readonly Outbox _outbox;
    private readonly string _publisher;
    private readonly OrderedDictionary<ChannelName, ChannelReader> _readers = [];
    private readonly OrderedDictionary<long, PendingRequest> _pending = [];

    /// <summary>Channels whose unsubscribe the gateway has not confirmed.</summary>
    private readonly List<ChannelName> _leaving = [];

    /// <summary>Positions that the application brought, until it has left the channel: then they are behind it.</summary>
    private readonly Dictionary<string, Position> _brought;

    /// <summary>
    /// Positions in channels whose subscription ended though nobody wanted to leave, in the order they ended; as many as a
    /// session may hold channels, so that rooms that come and go do not pile up.
    /// </summary>
    private readonly OrderedDictionary<ChannelName, Position> _kept = [];

    private TimeSpan? _closeDue;

    /// <param name="options">Times and bounds.</param>
    /// <param name="publisher">128 random bits as 32 lower-case hexadecimal digits, never used before.</param>
    /// <param name="random">For jitter only.</param>
    public ClientCore(CoreOptions options, string publisher, Random random)
    {
        _context = new CoreContext(options, random);
        _outbox = new Outbox(_context, publisher);
        _publisher = publisher;
        _idleInterval = _context.Around(options.CheckInterval);
        Session = options.Continue?.Session;
        _brought = options.Continue is { } before ? new(before.Positions) : [];
    }

    public ConnectionState State { get; private set; } = ConnectionState.Idle;

    public string? Session { get; private set; }

    /// <summary>The instance of the current connection or attempt; null while there is none.</summary>
    public string? Instance { get; private set; }

    public ClientStatistics Statistics => _context.Tally.Snapshot();

    /// <summary>When to look again at the latest, by <see cref="Tick"/>; null where nothing waits for time.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            if (State == ConnectionState.Closed)
            {
                return null;
            }

            var due = Timing.Earlier(ConnectionDue, _outbox.NextDue(IsConnected));
            due = Timing.Earlier(due, _closeDue);
            return IsConnected ? Timing.Earlier(due, RequestDue) : due;
        }
    }

    private bool IsClosing => _closeDue is not null;

    /// <summary>The last position processed in a channel; null where it is not subscribed or has none yet.</summary>
    public Position? PositionOf(ChannelName channel) =>
        _readers.TryGetValue(channel, out var reader) && reader.Processed is { } processed ? processed
        : _kept.TryGetValue(channel, out var kept) ? kept : null;

    /// <summary>The last position processed in every channel.</summary>
    public IReadOnlyDictionary<string, Position> Positions() => _readers.Keys.Union(_kept.Keys)
        .Where(channel => PositionOf(channel) is not null)
        .ToDictionary(channel => channel.Value, channel => PositionOf(channel)!.Value);

    /// <summary>
    /// Handles one input on a clock that never goes back; what to do is added to <paramref name="outputs"/>.
    /// </summary>
    public void Handle(TimeSpan now, CoreInput input, ICollection<CoreOutput> outputs)
    {
        _context.Now = now > _context.Now ? now : _context.Now;
        _context.Outputs = outputs;
        if (State == ConnectionState.Closed)
        {
            HandleClosed(input);
            return;
        }

        Dispatch(input);
        Pump();
    }

    private void Dispatch(CoreInput input)
    {
        switch (input)
        {
            case ConnectCommand:
                EnsureConnecting();
                break;
            case PublishCommand publish:
                Publish(publish);
                break;
            case WithdrawCommand withdraw:
                _outbox.Withdraw(withdraw.Ticket);
                break;
            case SubscribeCommand subscribe:
                Subscribe(subscribe);
                break;
            case UnsubscribeCommand unsubscribe:
                Unsubscribe(unsubscribe.Subscription, unsubscribe.End);
                break;
            case ItemsProcessed processed:
                ReaderOf(processed.Subscription)?.OnProcessed(processed.Position, processed.Items, processed.Bytes);
                break;
            case CloseCommand:
                _closeDue ??= _context.Now + _context.Options.CloseTimeout;
                break;
            case Negotiated negotiated when negotiated.Attempt == _attempt:
                OnNegotiated(negotiated.Answer);
                break;
            case AttemptFailed failed when failed.Attempt == _attempt:
                OnAttemptFailed(failed.Error);
                break;
            case FrameReceived frame when frame.Attempt == _attempt:
                OnFrame(frame.Utf8);
                break;
            case SocketClosed closed when closed.Attempt == _attempt:
                Lose(ErrorDetail.Of(ErrorCodes.ConnectFailed, "The connection was lost.", closed.Reason));
                break;
        }
    }

    /// <summary>After the end every command has its outcome at once, and what still arrives is nothing.</summary>
    private void HandleClosed(CoreInput input)
    {
        var error = ErrorDetail.Of(ErrorCodes.Closed, "The client is closed.");
        if (input is PublishCommand publish)
        {
            _outbox.Add(publish, error);
        }
        else if (input is SubscribeCommand subscribe)
        {
            _context.Emit(new SubscriptionEnded(subscribe.Subscription, error));
        }
    }

    /// <summary>Does everything that is due.</summary>
    private void Pump()
    {
        _outbox.Expire();
        PumpConnection();
        if (IsConnected)
        {
            PumpRequests();
            FinishResuming();
        }

        if (IsClosing)
        {
            PumpClosing();
        }
    }

    private void Publish(PublishCommand command)
    {
        _outbox.Add(command, IsClosing ? ErrorDetail.Of(ErrorCodes.Closed, "The client is closing.") : null);
        EnsureConnecting();
    }

    private void Subscribe(SubscribeCommand command)
    {
        var limit = _context.Limits.MaxChannelsPerSession;
        if (IsClosing || _readers.ContainsKey(command.Channel) || _readers.Count >= limit)
        {
            var error = IsClosing
                ? ErrorDetail.Of(ErrorCodes.Closed, "The client is closing.")
                : ErrorDetail.Of(ErrorCodes.TooManyChannels, "The channel can not be added.", command.Channel, limit);
            _context.Emit(new SubscriptionEnded(command.Subscription, error));
            return;
        }

        Position? brought = _kept.TryGetValue(command.Channel, out var position)
            || _brought.TryGetValue(command.Channel.Value, out position) ? position : null;
        _leaving.Remove(command.Channel);
        _readers.Add(
            command.Channel,
            new ChannelReader(_context, command.Subscription, command.Channel, command.From, brought));
        EnsureConnecting();
    }

    private void Unsubscribe(long subscription, SubscriptionEnd end)
    {
        if (ReaderOf(subscription) is not { } reader)
        {
            return;
        }

        _readers.Remove(reader.Channel);
        if (end == SubscriptionEnd.Left || (end == SubscriptionEnd.Cancelled && reader.Delivered is not null))
        {
            _leaving.Add(reader.Channel);
        }

        if (reader.Delivered is not null)
        {
            _brought.Remove(reader.Channel.Value);
            _kept.Remove(reader.Channel);
        }

        if (end != SubscriptionEnd.Left && reader.Processed is { } processed)
        {
            Keep(reader.Channel, processed);
        }

        _context.Emit(new SubscriptionEnded(subscription, null));
    }

    private void Keep(ChannelName channel, Position position)
    {
        _kept.Remove(channel);
        if (_kept.Count >= _context.Limits.MaxChannelsPerSession)
        {
            _kept.RemoveAt(0);
        }

        _kept.Add(channel, position);
    }

    private ChannelReader? ReaderOf(long subscription) =>
        _readers.Values.FirstOrDefault(reader => reader.Subscription == subscription);

    /// <summary>Takes out the readers that were refused; they have said so.</summary>
    private void RemoveEnded()
    {
        foreach (var reader in _readers.Values.Where(reader => reader.Phase == ReaderPhase.Ended).ToList())
        {
            _readers.Remove(reader.Channel);
        }
    }

    /// <summary>Closing: what is sent gets its outcome, positions are stored, or the time is over.</summary>
    private void PumpClosing()
    {
        var isOver = _context.Now >= _closeDue || State == ConnectionState.Idle;
        var storesPositions = IsConnected && _pending.Values.Any(request => request.HasPositions);
        if (State != ConnectionState.Closed && (isOver || (_outbox.IsEmpty && !storesPositions)))
        {
            Terminate(null);
        }
    }

    /// <summary>The end: every publication and subscription gets its outcome.</summary>
    private void Terminate(ErrorDetail? error)
    {
        _outbox.Abandon(
            error ?? ErrorDetail.Of(ErrorCodes.Closed, "The client was closed before the outcome was known."));
        foreach (var reader in _readers.Values)
        {
            _context.Emit(new SubscriptionEnded(reader.Subscription, error));
        }

        if (State is not (ConnectionState.Idle or ConnectionState.Waiting))
        {
            _context.Emit(new CloseSocketEffect(_attempt, error?.Name ?? "closed"));
        }

        _attempt++;
        _pending.Clear();
        Enter(ConnectionState.Closed, error);
    }
}
