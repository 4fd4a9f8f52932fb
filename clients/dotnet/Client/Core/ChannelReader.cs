using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>
/// Reads one channel. The idea: whatever arrives, live frames, pages, notices, heads, only ever says that certain
/// offsets exist and what is in them. The reader hands on exactly the next offset and knows the highest that exists;
/// while it is below that and nothing comes, it asks. So loss, repetition and order of frames do not matter, and every
/// way of falling behind is one way.
/// </summary>
internal sealed partial class ChannelReader(
    CoreContext context, long subscription, ChannelName channel, StartFrom from, Position? brought)
{
    private readonly Hold _hold = new(context.Options.MaxHeldMessages, context.Options.MaxHeldBytes);
    private readonly ForeignEpochs _foreign = new();

    /// <summary>The epoch of what is held while no answer has told ours.</summary>
    private string? _heldEpoch;

    private Question? _question;
    private TimeSpan? _readDue;
    private TimeSpan? _foreignDue;
    private TimeSpan? _joinDue = context.Now;
    private int _failures;
    private int _queuedItems;
    private int _queuedBytes;
    private bool _isFull;

    /// <summary>
    /// Something said that the log is another one, or went back: only a live page settles that, and no frame of ours does.
    /// </summary>
    private bool _isInDoubt;

    public long Subscription => subscription;

    public ChannelName Channel => channel;

    public ReaderPhase Phase { get; private set; } = ReaderPhase.Joining;

    /// <summary>The last offset handed on; null before the first answer.</summary>
    public Position? Delivered { get; private set; }

    /// <summary>The last position that the application has processed (R7).</summary>
    public Position? Processed { get; private set; }

    /// <summary>True while <see cref="Processed"/> has moved and was not sent.</summary>
    public bool HasNewPosition { get; set; }

    /// <summary>When something of this channel was last heard on a connection (R6).</summary>
    public TimeSpan LastHeard { get; private set; } = context.Now;

    /// <summary>
    /// True where a subscribe of several channels failed as a whole: the culprit is found by asking for each alone.
    /// </summary>
    public bool JoinsAlone { get; set; }

    /// <summary>True while an answer is under way.</summary>
    public bool IsAsking => _question is not null;

    /// <summary>When this reader wants to ask; null where it wants nothing.</summary>
    public TimeSpan? AskDue
    {
        get
        {
            if (IsAsking || Phase == ReaderPhase.Ended)
            {
                return null;
            }

            return Phase == ReaderPhase.Joining ? _joinDue : _isFull ? null : Timing.Earlier(_readDue, _foreignDue);
        }
    }

    private bool IsBehind => Delivered is { } delivered && _hold.HighestSeen > delivered.Offset;

    /// <summary>What to ask subscribe or resume for.</summary>
    public SubscribeItem JoinItem()
    {
        if (Delivered is { } delivered)
        {
            return new SubscribeItem(channel.Value, delivered);
        }

        return from.Kind switch
        {
            StartKind.Now => new SubscribeItem(channel.Value, Start: "now"),
            StartKind.Position => new SubscribeItem(channel.Value, from.Position),
            _ => new SubscribeItem(channel.Value, brought),
        };
    }

    /// <summary>A question leaves; what is known now, the answer must know too.</summary>
    public void Asked()
    {
        var epoch = Delivered?.Epoch ?? _heldEpoch;
        var highest = Math.Max(_hold.HighestSeen, Delivered?.Offset ?? 0);
        _question = new Question(epoch, highest, _foreign.Snapshot());
        _joinDue = _readDue = _foreignDue = null;
        BeginRecovery();
    }

    /// <summary>The question has no answer: ask again after a back-off.</summary>
    public void AskFailed(ErrorDetail? error)
    {
        _question = null;
        AskAgain(error);
    }

    /// <summary>
    /// The connection is gone, and with it every answer under way. What is held stays: it was committed.
    /// </summary>
    public void ConnectionLost()
    {
        _question = null;
        _failures = 0;
        _readDue = null;
        JoinsAlone = false;
        Phase = ReaderPhase.Joining;
        _joinDue = context.Now;
    }

    /// <summary>A live frame.</summary>
    public void OnMessages(MessagesFrame frame)
    {
        LastHeard = context.Now;
        if (frame.Messages.Count == 0 || !IsOwn(frame.Epoch, frame.Messages[^1].Offset))
        {
            return;
        }

        foreach (var message in frame.Messages)
        {
            OnMessage(message);
        }

        Advance();
    }

    private void OnMessage(GatewayMessage message)
    {
        if (message.Offset <= (Delivered?.Offset ?? 0))
        {
            context.Tally.Dropped++;
        }
        else if (Phase != ReaderPhase.Joining && !_isFull && message.Offset == Delivered?.Offset + 1)
        {
            HandOn(message);
        }
        else
        {
            _hold.Add(message);
        }
    }

    /// <summary>
    /// The notice of a channel gone quiet; its last frame may still be on its way, so it gets the time of a hole.
    /// </summary>
    public void OnNotice(HeadNotice notice)
    {
        LastHeard = context.Now;
        if (IsOwn(notice.Epoch, notice.Offset))
        {
            _hold.Note(notice.Offset);
            Advance();
        }
    }

    /// <summary>The answer of a check (R6). Whatever it says against ours, only a page decides.</summary>
    public void OnHead(ChannelHead head)
    {
        LastHeard = context.Now;
        if (Phase is ReaderPhase.Joining or ReaderPhase.Ended || Delivered is not { } delivered)
        {
            return;
        }

        if (head.Epoch == delivered.Epoch)
        {
            _hold.Note(head.Head);
        }

        if (head.Epoch != delivered.Epoch || head.Head != delivered.Offset)
        {
            _isInDoubt = true;
            _readDue = context.Now;
        }
    }

    /// <summary>
    /// The idle check has asked: the next one is due an interval later, whatever becomes of the answer.
    /// </summary>
    public void Checked() => LastHeard = context.Now;

    /// <summary>The application has processed items; there is room again.</summary>
    public void OnProcessed(Position position, int items, int bytes)
    {
        _queuedItems -= items;
        _queuedBytes -= bytes;
        Processed = position;
        HasNewPosition = true;
        if (_isFull && _queuedItems <= context.Options.MaxQueuedMessages / 2
            && _queuedBytes <= context.Options.MaxQueuedBytes / 2)
        {
            _isFull = false;
            Advance();
        }
    }

    /// <summary>Ends the reader with an error that repeating does not mend.</summary>
    public void End(ErrorDetail error)
    {
        Phase = ReaderPhase.Ended;
        context.Emit(new SubscriptionEnded(subscription, error));
    }

    /// <summary>True for the own epoch; another one is noted, and the server will be asked (E2).</summary>
    private bool IsOwn(string epoch, long offset)
    {
        var own = Delivered?.Epoch ?? (_heldEpoch ??= epoch);
        if (epoch == own)
        {
            return true;
        }

        if (!_foreign.IsDead(epoch))
        {
            _foreign.Note(epoch, offset);
            _isInDoubt = true;
            AskAboutEpochs();
        }

        return false;
    }

    /// <summary>
    /// All subscribers meet a new epoch at once, so they spread; a channel that had none yet is not worth the wait.
    /// </summary>
    private void AskAboutEpochs() =>
        _foreignDue ??= Delivered?.Epoch.Length == 0
            ? context.Now
            : context.Now + context.PartOf(context.Options.EpochSpread);

    private void AskAgain(ErrorDetail? error)
    {
        var due = context.Now + context.BackOff(_failures++, error);
        if (Phase == ReaderPhase.Joining)
        {
            _joinDue = due;
        }
        else
        {
            _readDue = due;
        }
    }

    /// <summary>Hands on what is next, then arranges for what is missing.</summary>
    private void Advance()
    {
        if (Phase is ReaderPhase.Joining or ReaderPhase.Ended)
        {
            return;
        }

        while (!_isFull && _hold.Take(Delivered!.Value.Offset + 1) is { } message)
        {
            HandOn(message);
        }

        _hold.Reached(Delivered!.Value.Offset);
        if (Phase != ReaderPhase.Live || IsAsking)
        {
            return;
        }

        if (!IsBehind)
        {
            _readDue = _isInDoubt ? _readDue : null;
            FinishRecovery();
        }
        else
        {
            _readDue ??= _hold.HasDropped ? context.Now : context.Now + context.Around(context.Options.HoleDelay);
        }
    }

    /// <summary>What was known when a question left.</summary>
    private sealed record Question(string? Epoch, long Highest, IReadOnlyList<(string Epoch, long Highest)> Foreign)
    {
        public long HighestIn(string epoch) =>
            epoch == Epoch
                ? Highest
                : Foreign.Where(entry => entry.Epoch == epoch).Select(entry => entry.Highest).FirstOrDefault();
    }
}
