using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>Pages: the answers of subscribe, resume and history, which are all the same to a reader.</summary>
internal sealed partial class ChannelReader
{
    private TimeSpan? _recoveringSince;
    private Outcome _worst;
    private long _recovered;

    /// <summary>The answer to the question under way.</summary>
    public void OnPage(ChannelPage page)
    {
        var question = _question;
        _question = null;
        LastHeard = context.Now;
        if (Phase == ReaderPhase.Ended || question is null)
        {
            return;
        }

        switch (page.Outcome)
        {
            case Outcome.Refused:
                End(page.Error ?? ErrorDetail.Of(ErrorCodes.RightMissing, "The channel was refused.", channel.Value));
                break;
            case Outcome.Retry:
                AskAgain(page.Error);
                break;
            default:
                Accept(page, question);
                break;
        }
    }

    private void Accept(ChannelPage page, Question question)
    {
        if (!Begin(page))
        {
            // A page that begins behind its place would be a silent gap (R3); it is asked for again, slower each time.
            AskAgain(null);
            return;
        }

        _failures = 0;
        _worst = page.Outcome > _worst ? page.Outcome : _worst;
        foreach (var message in page.Messages)
        {
            HandOnInTurn(message);
        }

        Phase = page.Live ? ReaderPhase.Live : ReaderPhase.CatchingUp;
        if (page.Live)
        {
            SettleEpochs(page, question);
        }
        else
        {
            _readDue = context.Now;
        }

        Advance();
    }

    /// <summary>
    /// Brings the reader to where the page begins; false where the page leaves out what it does not report.
    /// </summary>
    private bool Begin(ChannelPage page)
    {
        if (Delivered is not { } delivered)
        {
            Start(page);
            return true;
        }

        if (page.Epoch != delivered.Epoch)
        {
            Adopt(page, delivered);
            return true;
        }

        if (page.Outcome == Outcome.Reset)
        {
            ResetTo(new Position(page.Epoch, page.From - 1), 0);
        }
        else if (page is { Outcome: Outcome.Gap, Gap: { } gap })
        {
            HandOnGap(gap);
        }

        return page.From <= Delivered.Value.Offset + 1 || page.Messages.Count == 0;
    }

    /// <summary>The first answer of the subscription.</summary>
    private void Start(ChannelPage page)
    {
        if (_heldEpoch is { } held && held != page.Epoch)
        {
            _foreign.Note(held, _hold.HighestSeen);
            _hold.Clear(0);
        }

        _hold.Note(_foreign.Adopt(page.Epoch));
        var start = new Position(page.Epoch, page.From - 1);
        if (page is { Outcome: Outcome.Gap, Gap: { } gap })
        {
            start = start with { Offset = gap.From - 1 };
        }

        Delivered = start;
        context.Emit(new SubscriptionOpened(subscription, page.Outcome, start));
        if (page.Outcome == Outcome.Reset)
        {
            // Where the gateway's own stored position was is not known here; that something may be missed is said all the
            // same, and whoever comes before that is processed begins anew.
            var previous = JoinPosition() ?? Position.Beginning;
            Processed = previous;
            HandOnReset(previous);
            return;
        }

        Processed = start;
        HasNewPosition = true;
        if (page is { Outcome: Outcome.Gap, Gap: { } range })
        {
            HandOnGap(range);
        }
    }

    private Position? JoinPosition() => from.Kind switch
    {
        StartKind.Position => from.Position,
        StartKind.Stored => brought,
        _ => null,
    };

    /// <summary>The server's answer is of another epoch: only this changes ours.</summary>
    private void Adopt(ChannelPage page, Position delivered)
    {
        var highest = _foreign.Adopt(page.Epoch);
        if (delivered is not { Epoch: "", Offset: 0 })
        {
            _foreign.Bury(delivered.Epoch);
            ResetTo(new Position(page.Epoch, page.From - 1), highest);
            return;
        }

        // The channel had no log when this reader began: its first epoch is no reset, and all of it is still to come.
        Delivered = new Position(page.Epoch, 0);
        _hold.Clear(highest);
        if (page.From > 1)
        {
            HandOnGap(page.Gap ?? new OffsetRange(1, page.From - 1));
        }
    }

    /// <summary>E2 and E3: what a live page decides, since its head was read after the question.</summary>
    private void SettleEpochs(ChannelPage page, Question question)
    {
        foreach (var (epoch, _) in question.Foreign)
        {
            if (epoch != page.Epoch)
            {
                _foreign.Bury(epoch);
            }
        }

        if (page.Head < question.HighestIn(page.Epoch) && page.Outcome != Outcome.Reset)
        {
            // The store went back behind what it had told: the rest was lost, and its offsets will be used again.
            ResetTo(Delivered!.Value, 0);
        }

        _hold.Note(page.Head);
        _foreignDue = null;
        _isInDoubt = _foreign.Any;
        if (_foreign.Any)
        {
            AskAboutEpochs();
        }
    }

    private void ResetTo(Position start, long highestSeen)
    {
        var previous = Delivered!.Value;
        Delivered = start;
        _hold.Clear(Math.Max(start.Offset, highestSeen));
        _worst = Outcome.Reset;
        HandOnReset(previous);
    }

    private void HandOnReset(Position previous)
    {
        context.Tally.Resets++;
        Deliver(new ChannelReset(channel.Value, Delivered!.Value, previous), 0);
    }

    /// <summary>Reports a range, less what was handed on already and what the hold has.</summary>
    private void HandOnGap(OffsetRange range)
    {
        var next = Math.Max(range.From, Delivered!.Value.Offset + 1);
        while (next <= range.To)
        {
            if (_hold.Take(next) is { } message)
            {
                HandOn(message);
            }
            else
            {
                var end = Math.Min(range.To, (_hold.FirstFrom(next) ?? long.MaxValue) - 1);
                HandOnMissing(new OffsetRange(next, end), null);
            }

            next = Delivered.Value.Offset + 1;
        }
    }

    private void HandOnMissing(OffsetRange range, int? code)
    {
        Delivered = Delivered!.Value with { Offset = range.To };
        context.Tally.Gaps++;
        Deliver(new ChannelGap(channel.Value, Delivered.Value, range, code), 0);
    }

    private void HandOnInTurn(GatewayMessage message)
    {
        var next = Delivered!.Value.Offset + 1;
        if (message.Offset == next)
        {
            HandOn(message);
        }
        else if (message.Offset > next)
        {
            _hold.Add(message);
        }
    }

    private void HandOn(GatewayMessage message)
    {
        if (message.Gone is { } code)
        {
            HandOnMissing(new OffsetRange(message.Offset, message.Offset), code);
            return;
        }

        var position = Delivered!.Value with { Offset = message.Offset };
        Delivered = position;
        if (_recoveringSince is not null)
        {
            _recovered++;
        }

        context.Tally.Messages++;
        var item = new ChannelMessage(
            channel.Value,
            position,
            DateTimeOffset.FromUnixTimeMilliseconds(message.Time),
            message.User ?? string.Empty,
            message.Publisher ?? string.Empty,
            message.Number,
            message.Data.Utf8);
        Deliver(item, message.Data.Length);
    }

    private void Deliver(ChannelItem item, int bytes)
    {
        _queuedItems++;
        _queuedBytes += bytes;
        _isFull |= _queuedItems >= context.Options.MaxQueuedMessages || _queuedBytes >= context.Options.MaxQueuedBytes;
        context.Emit(new DeliverItem(subscription, item, bytes));
    }

    private void BeginRecovery()
    {
        if (_recoveringSince is null)
        {
            _recoveringSince = context.Now;
            _worst = Outcome.Started;
            _recovered = 0;
        }
    }

    private void FinishRecovery()
    {
        if (_recoveringSince is { } since)
        {
            _recoveringSince = null;
            var recovered = new ChannelRecovered(channel.Value, _worst, _recovered, context.Now - since);
            context.Emit(new ChannelRecoveredEvent(recovered));
        }
    }
}
